import { AppError, type RunContext } from '@hearth/contract'
import { encodePicture, type Picture } from '@hearth/media'

interface Wanted {
  result: 'cutout' | 'mask'
  /** Such as `#ffffff`. */
  background?: string | undefined
  format: 'png' | 'webp'
}

/**
 * Saves what is left of a picture when its background is gone, or the mask alone.
 * @param mask one channel in the picture's size; white is kept.
 */
export async function saveCutOut(picture: Picture, mask: Picture, wanted: Wanted, context: RunContext) {
  const { width, height } = picture
  if (mask.width !== width || mask.height !== height || mask.channels !== 1) {
    throw new AppError('internal', `a mask of ${mask.width} x ${mask.height} for a picture of ${width} x ${height}`)
  }
  const drawn = wanted.result === 'mask' ? mask : cutOut(picture, mask, wanted.background)
  const { format } = wanted
  const bytes = await encodePicture(drawn, { format })
  const file = await context.save({ name: `${wanted.result}.${format}`, bytes, mime: `image/${format}`, width, height })
  return { images: [{ name: file.name, width, height }] }
}

/** On a colour, or with the mask as its transparency. */
function cutOut(picture: Picture, mask: Picture, background: string | undefined): Picture {
  const { width, height, data } = picture
  const pixels = width * height
  if (background === undefined) {
    const out = new Uint8Array(4 * pixels)
    for (let i = 0; i < pixels; i++) {
      out.set(data.subarray(3 * i, 3 * i + 3), 4 * i)
      out[4 * i + 3] = mask.data[i] ?? 0
    }
    return { width, height, channels: 4, data: out }
  }
  const colour = [1, 3, 5].map(at => Number.parseInt(background.slice(at, at + 2), 16))
  const out = data.map((value, i) => {
    const share = (mask.data[Math.floor(i / 3)] ?? 0) / 255
    return Math.round(share * value + (1 - share) * (colour[i % 3] ?? 0))
  })
  return { width, height, channels: 3, data: out }
}
