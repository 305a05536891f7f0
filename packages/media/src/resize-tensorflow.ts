import type { Picture } from './picture.ts'
import type { Region } from './resize-pillow.ts'

/** Numbers in the order of a picture's: rows from the top, channels interleaved. */
export interface Values {
  width: number
  height: number
  channels: number
  data: Uint8Array | Float32Array
}

export interface FloatValues extends Values {
  data: Float32Array
}

/** Where to look for each place of one direction: two neighbours and how far between them; -1: outside. */
interface Taps {
  low: Int32Array
  high: Int32Array
  share: Float32Array
}

function tapsOf(size: number, places: number, at: (place: number) => number): Taps {
  const low = new Int32Array(places)
  const high = new Int32Array(places)
  const share = new Float32Array(places)
  for (let place = 0; place < places; place++) {
    const position = at(place)
    const inside = position >= 0 && position <= size - 1
    low[place] = inside ? Math.floor(position) : -1
    high[place] = Math.min(size - 1, Math.ceil(position))
    share[place] = position - Math.floor(position)
  }
  return { low, high, share }
}

function sample(source: Values, columns: Taps, rows: Taps): FloatValues {
  const { channels, data } = source
  const width = columns.low.length
  const height = rows.low.length
  const result = new Float32Array(width * height * channels)
  const stride = source.width * channels
  let at = 0
  for (let y = 0; y < height; y++) {
    const upper = (rows.low[y] as number) * stride
    const lower = (rows.high[y] as number) * stride
    const down = rows.share[y] as number
    for (let x = 0; x < width; x++) {
      const left = (columns.low[x] as number) * channels
      if (upper < 0 || left < 0) {
        at += channels
        continue
      }
      const right = (columns.high[x] as number) * channels
      const across = columns.share[x] as number
      for (let channel = 0; channel < channels; channel++) {
        const a = data[upper + left + channel] as number
        const b = data[upper + right + channel] as number
        const c = data[lower + left + channel] as number
        const d = data[lower + right + channel] as number
        const first = a + (b - a) * across
        result[at++] = first + (c + (d - c) * across - first) * down
      }
    }
  }
  return { width, height, channels, data: result }
}

/**
 * Scales as TensorFlow's `resizeBilinear(alignCorners=false, halfPixelCenters=false)`: position = place x in / out, no
 * antialiasing. Gives fractions, in the range of the source (0 to 255 for a picture).
 */
export function resizeTensorflow(source: Values, width: number, height: number): FloatValues {
  const taps = (size: number, places: number) =>
    tapsOf(size, places, place => Math.min(size - 1, place * (size / places)))
  return sample(source, taps(source.width, width), taps(source.height, height))
}

/**
 * One part, scaled as TensorFlow's bilinear `cropAndResize`: the first and the last place are the region's own edges
 * (measured on a picture whose last pixel is its right edge). What lies outside of the source is 0.
 */
export function cropTensorflow(source: Values, region: Region, width: number, height: number): FloatValues {
  const taps = (size: number, places: number, from: number, to: number) => {
    const scale = (size - 1) / size
    const step = places > 1 ? ((to - from) * scale) / (places - 1) : 0
    const start = places > 1 ? from * scale : 0.5 * (from + to) * scale
    return tapsOf(size, places, place => start + place * step)
  }
  const [left, top, right, bottom] = region
  return sample(source, taps(source.width, width, left, right), taps(source.height, height, top, bottom))
}

/** A picture on a black square, in its middle. */
export interface Letterboxed {
  picture: Picture
  /** Where the picture begins on the square; a point of the square minus this is the picture's. */
  left: number
  top: number
}

/** Puts a picture into the middle of the smallest square that holds it; the rest is black. Not scaled. */
export function letterbox(picture: Picture): Letterboxed {
  const { width, height, channels } = picture
  if (width === height) return { picture, left: 0, top: 0 }
  const side = Math.max(width, height)
  const left = Math.floor((side - width) / 2)
  const top = Math.floor((side - height) / 2)
  const data = new Uint8Array(side * side * channels)
  for (let y = 0; y < height; y++) {
    const row = picture.data.subarray(y * width * channels, (y + 1) * width * channels)
    data.set(row, ((top + y) * side + left) * channels)
  }
  return { picture: { width: side, height: side, channels, data }, left, top }
}
