import type { Picture } from '@hearth/media'

/** How levels become numbers, (level - mean) * factor, and in which order of channels. */
export interface Normalisation {
  mean: number
  factor: number
  order: readonly [number, number, number]
}

/** Weights are in parts of 2048, as in OpenCV. */
const one = 2048

/** Halves to the even neighbour. */
function toNearest(value: number): number {
  const rounded = Math.round(value)
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

interface Axis {
  low: Int32Array
  high: Int32Array
  lowWeight: Int32Array
  highWeight: Int32Array
}

/** OpenCV's INTER_LINEAR along one axis: centres of pixels are aligned, no smoothing, edges are repeated. */
function linear(size: number, places: number): Axis {
  const array = () => new Int32Array(places)
  const made: Axis = { low: array(), high: array(), lowWeight: array(), highWeight: array() }
  const step = size / places
  for (let place = 0; place < places; place++) {
    const source = Math.fround((place + 0.5) * step - 0.5)
    const low = Math.floor(source)
    const share = Math.fround(source - low)
    made.low[place] = Math.max(0, low)
    made.high[place] = Math.min(low + 1, size - 1)
    made.lowWeight[place] = toNearest(Math.fround(1 - share) * one)
    made.highWeight[place] = toNearest(share * one)
  }
  return made
}

/** One row of the picture at the new width, times 2048. */
function stretchRow({ data, width }: Picture, row: number, across: Axis, target: Int32Array): void {
  const start = 3 * width * row
  for (let x = 0; x < across.low.length; x++) {
    const left = start + 3 * (across.low[x] ?? 0)
    const right = start + 3 * (across.high[x] ?? 0)
    const leftWeight = across.lowWeight[x] ?? 0
    const rightWeight = across.highWeight[x] ?? 0
    for (let channel = 0; channel < 3; channel++) {
      target[3 * x + channel] = (data[left + channel] ?? 0) * leftWeight + (data[right + channel] ?? 0) * rightWeight
    }
  }
}

/**
 * The picture resized to `width` x `height` with the very levels of OpenCV's resize, in the top left corner of an
 * input of `columns` x `rows`; the rest is black. 1 x 3 x rows x columns.
 */
export function letterbox(
  picture: Picture,
  [width, height]: readonly [number, number],
  [columns, rows]: readonly [number, number],
  { mean, factor, order }: Normalisation,
): Float32Array {
  const plane = columns * rows
  const tensor = new Float32Array(3 * plane).fill(-mean * factor)
  const levels = Float32Array.from({ length: 256 }, (_, level) => (level - mean) * factor)
  const [across, down] = [linear(picture.width, width), linear(picture.height, height)]
  let upper = { row: -1, values: new Int32Array(3 * width) }
  let lower = { row: -1, values: new Int32Array(3 * width) }
  for (let y = 0; y < height; y++) {
    const [top, bottom] = [down.low[y] ?? 0, down.high[y] ?? 0]
    // Going down, the lower row of before is often the upper row of now.
    if (lower.row === top) [upper, lower] = [lower, upper]
    if (upper.row !== top) stretchRow(picture, top, across, upper.values)
    upper.row = top
    if (lower.row !== bottom) stretchRow(picture, bottom, across, lower.values)
    lower.row = bottom
    const [topWeight, bottomWeight] = [down.lowWeight[y] ?? 0, down.highWeight[y] ?? 0]
    for (let channel = 0; channel < 3; channel++) {
      const from = order[channel] ?? 0
      const at = channel * plane + y * columns
      for (let x = 0; x < width; x++) {
        const a = ((upper.values[3 * x + from] ?? 0) >> 4) * topWeight
        const b = ((lower.values[3 * x + from] ?? 0) >> 4) * bottomWeight
        tensor[at + x] = levels[((a >> 16) + (b >> 16) + 2) >> 2] ?? 0
      }
    }
  }
  return tensor
}
