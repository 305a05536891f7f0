import type { Picture } from './picture.ts'

/** RGB as 1 x 3 x height x width in [-1, 1], what image models take. */
export function pictureToTensor(picture: Picture): Float32Array {
  if (picture.channels !== 3) throw new RangeError('an RGB picture is needed')
  const plane = picture.width * picture.height
  const tensor = new Float32Array(3 * plane)
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      tensor[channel * plane + pixel] = (picture.data[pixel * 3 + channel] ?? 0) / 127.5 - 1
    }
  }
  return tensor
}

/** 3 x height x width in [-1, 1] (clamped) to RGB, rounded to the nearest. */
export function tensorToPicture(tensor: Float32Array, width: number, height: number): Picture {
  const plane = width * height
  if (tensor.length !== 3 * plane)
    throw new RangeError(`expected 3 x ${height} x ${width} values, got ${tensor.length}`)
  const data = new Uint8Array(3 * plane)
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < plane; pixel++) {
      const value = (tensor[channel * plane + pixel] ?? 0) * 127.5 + 127.5
      data[pixel * 3 + channel] = value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value)
    }
  }
  return { width, height, channels: 3, data }
}
