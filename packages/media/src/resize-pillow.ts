import type { Picture } from './picture.ts'

export type PillowFilter = 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos'

/** Part of a picture in its own pixels, `[left, top, right, bottom]`; may lie between pixels. */
export type Region = readonly [left: number, top: number, right: number, bottom: number]

export interface PillowResize {
  width: number
  height: number
  filter: PillowFilter
  /** The part to scale; default: all of it. */
  region?: Region
}

const sinc = (x: number) => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI))
const cubic = -0.5

const filters: Record<PillowFilter, { support: number; weight(x: number): number }> = {
  box: { support: 0.5, weight: x => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: x => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight(x) {
      const at = Math.abs(x)
      return at >= 1 ? 0 : sinc(at) * (Math.fround(0.54) + Math.fround(0.46) * Math.cos(at * Math.PI))
    },
  },
  bicubic: {
    support: 2,
    weight(x) {
      const at = Math.abs(x)
      if (at < 1) return ((cubic + 2) * at - (cubic + 3)) * at * at + 1
      return at < 2 ? (((at - 5) * at + 8) * at - 4) * cubic : 0
    },
  },
  lanczos: { support: 3, weight: x => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
}

/** For every place of the result: the first pixel that counts, how many count, and their weights in fixed point. */
interface Weights {
  first: Int32Array
  count: Int32Array
  /** `room` values for each place. */
  values: Int32Array
  room: number
}

const precision = 22
const half = 1 << (precision - 1)

function weightsOf(size: number, from: number, to: number, out: number, filter: PillowFilter): Weights {
  const { support: reach, weight } = filters[filter]
  const scale = (to - from) / out
  const spread = Math.max(1, scale)
  const support = reach * spread
  const room = Math.ceil(support) * 2 + 1
  const first = new Int32Array(out)
  const count = new Int32Array(out)
  const values = new Int32Array(out * room)
  const row = new Float64Array(room)
  for (let place = 0; place < out; place++) {
    const centre = from + (place + 0.5) * scale
    const begin = Math.max(0, Math.trunc(centre - support + 0.5))
    const length = Math.min(size, Math.trunc(centre + support + 0.5)) - begin
    let sum = 0
    for (let i = 0; i < length; i++) {
      const value = weight((i + begin - centre + 0.5) * (1 / spread))
      row[i] = value
      sum += value
    }
    for (let i = 0; i < length; i++) {
      const value = ((row[i] ?? 0) / (sum === 0 ? 1 : sum)) * (1 << precision)
      values[place * room + i] = Math.trunc(value < 0 ? value - 0.5 : value + 0.5)
    }
    first[place] = begin
    count[place] = length
  }
  return { first, count, values, room }
}

interface Plane {
  width: number
  height: number
  channels: number
  data: Uint8Array
}

const clip = (sum: number) => {
  const value = sum >> precision
  return value < 0 ? 0 : Math.min(value, 255)
}

/** The pass along rows. */
function across(source: Plane, weights: Weights): Plane {
  const { channels, height } = source
  const width = weights.first.length
  const data = new Uint8Array(width * height * channels)
  if (channels === 3) acrossRgb(source, weights, data)
  else acrossAny(source, weights, data)
  return { width, height, channels, data }
}

function acrossAny(source: Plane, { first, count, values, room }: Weights, target: Uint8Array): void {
  const { channels, data } = source
  let at = 0
  for (let y = 0; y < source.height; y++) {
    const row = y * source.width * channels
    for (let x = 0; x < first.length; x++) {
      const begin = row + (first[x] as number) * channels
      const length = count[x] as number
      const table = x * room
      for (let channel = 0; channel < channels; channel++) {
        let sum = half
        let from = begin + channel
        for (let i = 0; i < length; i++) {
          sum += (data[from] as number) * (values[table + i] as number)
          from += channels
        }
        target[at++] = clip(sum)
      }
    }
  }
}

/** As `acrossAny`, twice as quick: the three channels of a pixel share its weight. */
function acrossRgb(source: Plane, { first, count, values, room }: Weights, target: Uint8Array): void {
  const { data, height } = source
  const stride = source.width * 3
  const width = first.length
  let at = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let from = y * stride + (first[x] as number) * 3
      const end = x * room + (count[x] as number)
      let red = half
      let green = half
      let blue = half
      for (let i = x * room; i < end; i++) {
        const weight = values[i] as number
        red = (red + Math.imul(data[from] as number, weight)) | 0
        green = (green + Math.imul(data[from + 1] as number, weight)) | 0
        blue = (blue + Math.imul(data[from + 2] as number, weight)) | 0
        from += 3
      }
      target[at++] = clip(red)
      target[at++] = clip(green)
      target[at++] = clip(blue)
    }
  }
}

/** The pass along columns, row by row so that memory is read in order. */
function down(source: Plane, { first, count, values, room }: Weights): Plane {
  const { width, channels } = source
  const height = first.length
  const stride = width * channels
  const { data: pixels } = source
  const data = new Uint8Array(height * stride)
  const sums = new Int32Array(stride)
  for (let y = 0; y < height; y++) {
    sums.fill(half)
    for (let i = 0; i < (count[y] as number); i++) {
      const weight = values[y * room + i] as number
      const from = ((first[y] as number) + i) * stride
      for (let x = 0; x < stride; x++) sums[x] = (sums[x] as number) + Math.imul(pixels[from + x] as number, weight)
    }
    const at = y * stride
    for (let x = 0; x < stride; x++) data[at + x] = clip(sums[x] as number)
  }
  return { width, height, channels, data }
}

/**
 * Scales as Pillow's `Image.resize` does, to the byte: antialiased, in fixed point, in two passes with 8 bits between.
 * What transformers', timm's and torchvision's preprocessing of PIL images comes down to. RGBA is not premultiplied.
 */
export function resizePillow(picture: Picture, options: PillowResize): Picture {
  const { width, height, filter, region = [0, 0, picture.width, picture.height] } = options
  const [left, top, right, bottom] = region
  if (left < 0 || top < 0 || right > picture.width || bottom > picture.height || right <= left || bottom <= top) {
    throw new RangeError(`the region ${region} is not inside ${picture.width} x ${picture.height}`)
  }
  const columns = weightsOf(picture.width, left, right, width, filter)
  const rows = weightsOf(picture.height, top, bottom, height, filter)
  const narrows = width !== picture.width || left !== 0 || right !== picture.width
  const shortens = height !== picture.height || top !== 0 || bottom !== picture.height
  const passes: ((plane: Plane) => Plane)[] = []
  if (narrows) passes.push(plane => across(plane, columns))
  if (shortens) passes.push(plane => down(plane, rows))
  // Pillow 13 begins with the direction that takes more away, by this rule; earlier ones with rows.
  const less = picture.height - height
  if (less > 0 && less > 2 * (picture.width - width)) passes.reverse()

  const { channels } = picture
  const used = shortens && passes.length === 2 ? usedRows(rows) : undefined
  let plane: Plane = picture
  if (used) {
    plane = { ...picture, height: used.end - used.begin, data: rowsOf(picture, used.begin, used.end) }
    for (let y = 0; y < height; y++) rows.first[y] = (rows.first[y] as number) - used.begin
  }
  for (const pass of passes) plane = pass(plane)
  return { width, height, channels, data: passes.length === 0 ? picture.data.slice() : plane.data }
}

/** Rows that count at all: those above and below a region need no pass. */
function usedRows({ first, count }: Weights): { begin: number; end: number } {
  const last = first.length - 1
  return { begin: first[0] as number, end: (first[last] as number) + (count[last] as number) }
}

function rowsOf(picture: Picture, begin: number, end: number): Uint8Array {
  const stride = picture.width * picture.channels
  return picture.data.subarray(begin * stride, end * stride)
}
