import type { Picture } from './picture.ts'

const bits = 11
const one = 1 << bits

/** For every place of one direction the two neighbours and their weights, which add up to 2048. */
interface Taps {
  low: Int32Array
  high: Int32Array
  lowWeight: Int32Array
  highWeight: Int32Array
}

const roundHalfEven = (value: number) => {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}

function tapsOf(size: number, places: number): Taps {
  const taps: Taps = {
    low: new Int32Array(places),
    high: new Int32Array(places),
    lowWeight: new Int32Array(places),
    highWeight: new Int32Array(places),
  }
  const scale = size / places
  for (let place = 0; place < places; place++) {
    const position = Math.fround((place + 0.5) * scale - 0.5)
    let low = Math.floor(position)
    let share = Math.fround(position - low)
    if (low < 0) [low, share] = [0, 0]
    if (low >= size - 1) [low, share] = [size - 1, 0]
    taps.low[place] = low
    taps.high[place] = Math.min(size - 1, low + 1)
    taps.lowWeight[place] = roundHalfEven(Math.fround((1 - share) * one))
    taps.highWeight[place] = roundHalfEven(Math.fround(share * one))
  }
  return taps
}

/** Every 2 x 2 pixels to one: what OpenCV does when both sides are exactly halved. */
function halve(picture: Picture): Picture {
  const { channels, data } = picture
  const width = picture.width / 2
  const height = picture.height / 2
  const stride = picture.width * channels
  const result = new Uint8Array(width * height * channels)
  let at = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) {
        const from = 2 * y * stride + 2 * x * channels + channel
        const top = (data[from] as number) + (data[from + channels] as number)
        const bottom = (data[from + stride] as number) + (data[from + stride + channels] as number)
        result[at++] = (top + bottom + 2) >> 2
      }
    }
  }
  return { width, height, channels, data: result }
}

/** Scales as OpenCV's `resize` with `INTER_LINEAR`: pixel centres, no antialiasing, in fixed point. */
export function resizeOpencv(picture: Picture, width: number, height: number): Picture {
  const { channels, data } = picture
  if (width === picture.width && height === picture.height) return picture
  if (width * 2 === picture.width && height * 2 === picture.height) return halve(picture)
  const columns = tapsOf(picture.width, width)
  const rows = tapsOf(picture.height, height)
  const stride = width * channels
  const result = new Uint8Array(height * stride)
  const across = (held: { row: number; sums: Int32Array }, row: number) => {
    if (held.row === row) return
    held.row = row
    const into = held.sums
    const start = row * picture.width * channels
    let at = 0
    for (let x = 0; x < width; x++) {
      const low = start + (columns.low[x] as number) * channels
      const high = start + (columns.high[x] as number) * channels
      const a = columns.lowWeight[x] as number
      const b = columns.highWeight[x] as number
      for (let channel = 0; channel < channels; channel++) {
        into[at++] = (data[low + channel] as number) * a + (data[high + channel] as number) * b
      }
    }
  }
  // The two rows between which the result lies; kept from row to row of an enlargement.
  let upper = { row: -1, sums: new Int32Array(stride) }
  let lower = { row: -1, sums: new Int32Array(stride) }
  for (let y = 0; y < height; y++) {
    const low = rows.low[y] as number
    const high = rows.high[y] as number
    if (upper.row !== low && lower.row === low) [upper, lower] = [lower, upper]
    across(upper, low)
    across(lower, high)
    const a = rows.lowWeight[y] as number
    const b = rows.highWeight[y] as number
    const at = y * stride
    for (let x = 0; x < stride; x++) {
      const first = (((upper.sums[x] as number) >> 4) * a) >> 16
      const second = (((lower.sums[x] as number) >> 4) * b) >> 16
      result[at + x] = (first + second + 2) >> 2
    }
  }
  return { width, height, channels, data: result }
}
