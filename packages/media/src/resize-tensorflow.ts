import type { Picture } from './picture.ts'

/** Where each place of one direction lies between two pixels. */
interface Taps {
  low: Int32Array
  high: Int32Array
  share: Float32Array
}

function tapsOf(size: number, places: number): Taps {
  const taps = { low: new Int32Array(places), high: new Int32Array(places), share: new Float32Array(places) }
  for (let place = 0; place < places; place++) {
    const position = Math.min(size - 1, place * (size / places))
    const low = Math.floor(position)
    taps.low[place] = low
    taps.high[place] = Math.min(size - 1, low + 1)
    taps.share[place] = position - low
  }
  return taps
}

/**
 * Scales as TensorFlow's `resizeBilinear(alignCorners=false, halfPixelCenters=false)`: position = place x in / out, no
 * antialiasing. Gives height x width x channels with fractions, 0 to 255.
 */
export function resizeTensorflow(picture: Picture, width: number, height: number): Float32Array {
  const { channels, data } = picture
  const columns = tapsOf(picture.width, width)
  const rows = tapsOf(picture.height, height)
  const result = new Float32Array(width * height * channels)
  const stride = picture.width * channels
  let at = 0
  for (let y = 0; y < height; y++) {
    const upper = (rows.low[y] as number) * stride
    const lower = (rows.high[y] as number) * stride
    const down = rows.share[y] as number
    for (let x = 0; x < width; x++) {
      const left = (columns.low[x] as number) * channels
      const right = (columns.high[x] as number) * channels
      const across = columns.share[x] as number
      for (let channel = 0; channel < channels; channel++) {
        const a = data[upper + left + channel] as number
        const c = data[lower + left + channel] as number
        const top = a + ((data[upper + right + channel] as number) - a) * across
        const bottom = c + ((data[lower + right + channel] as number) - c) * across
        result[at++] = top + (bottom - top) * down
      }
    }
  }
  return result
}
