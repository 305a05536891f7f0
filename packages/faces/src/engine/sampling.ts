import { columnBytes, type Kernel, openKernel } from './sampling-kernel.ts'

/**
 * For each place along one axis of a new picture, from low to high: two neighbours in the old one and their weights; zero
 * weights give black.
 */
export interface Axis {
  low: Int32Array
  high: Int32Array
  lowWeight: Float32Array
  highWeight: Float32Array
}

function axis(places: number, at: (place: number) => { low: number; high: number; share: number }, size: number): Axis {
  const made: Axis = {
    low: new Int32Array(places),
    high: new Int32Array(places),
    lowWeight: new Float32Array(places),
    highWeight: new Float32Array(places),
  }
  const inside = (place: number) => Math.min(size - 1, Math.max(0, place))
  for (let place = 0; place < places; place++) {
    const { low, high, share } = at(place)
    made.low[place] = inside(low)
    made.high[place] = inside(high)
    made.lowWeight[place] = inside(low) === low ? 1 - share : 0
    made.highWeight[place] = inside(high) === high ? share : 0
  }
  return made
}

/**
 * TensorFlow's resizeBilinear (corners not aligned, no half-pixel centres): place i looks at i * whole / places.
 *
 * @param size of the old picture, which lies `offset` pixels into a black whole of `whole` pixels.
 */
export function resizeAxis(size: number, places: number, whole = size, offset = 0): Axis {
  const at = (place: number) => {
    const source = (place * whole) / places
    const low = Math.floor(source)
    return { low: low - offset, high: Math.min(low + 1, whole - 1) - offset, share: source - low }
  }
  return axis(places, at, size)
}

/** TensorFlow's cropAndResize from `start` to `end` (pixels): both ends are looked at, what is outside is black. */
export function cropAxis(size: number, start: number, end: number, places: number): Axis {
  const last = size - 1
  const first = (start / size) * last
  const step = (((end - start) / size) * last) / (places - 1)
  const at = (place: number) => {
    const source = first + place * step
    if (source < 0) return { low: -1, high: -1, share: 0 }
    if (source > last) return { low: size, high: size, share: 0 }
    const low = Math.floor(source)
    return { low, high: Math.min(low + 1, last), share: source - low }
  }
  return axis(places, at, size)
}

/** From `start` to `end` (pixels) in equal steps between the centres of pixels; edges are repeated. */
export function stretchAxis(size: number, start: number, end: number, places: number): Axis {
  const step = (end - start) / places
  const at = (place: number) => {
    const source = Math.min(size - 1, Math.max(0, start + (place + 0.5) * step - 0.5))
    const low = Math.floor(source)
    return { low, high: Math.min(low + 1, size - 1), share: source - low }
  }
  return axis(places, at, size)
}

/** RGB pixels, rows from the top, channels interleaved. */
export interface Pixels {
  width: number
  data: Uint8Array | Float32Array
}

/** Bilinear samples as value * scale + shift, written to `target` from `at` on: rows x columns x RGB. */
export function sample(
  { width, data }: Pixels,
  columns: Axis,
  rows: Axis,
  target: Float32Array,
  at = 0,
  scale = 1,
  shift = 0,
): void {
  const bytes = { row: 3 * width * data.BYTES_PER_ELEMENT, made: 12 * columns.low.length }
  const made = columnBytes * columns.low.length
  // Of the memory: columns, rows of samples, rows of the picture. Behind both kinds of rows is room for one number more.
  const spare = 16
  const { kernel, size, words, floats, hold } = workspace(made + bytes.made + 2 * bytes.row + 2 * spare)
  writeColumns(columns, 3 * data.BYTES_PER_ELEMENT, words, floats)
  const sampleRow = data instanceof Float32Array ? kernel.floats : kernel.bytes
  for (let y = 0, end = 0; y < rows.low.length; y = end) {
    end = endOfBand(rows, y, size - made - 2 * spare, bytes)
    const [first, last] = [rows.low[y] ?? 0, rows.high[end - 1] ?? 0]
    const read = made + bytes.made * (end - y) + spare
    hold(data.subarray(3 * width * first, 3 * width * (last + 1)), read)
    for (let row = y; row < end; row++) {
      const top = read + bytes.row * ((rows.low[row] ?? 0) - first)
      const bottom = read + bytes.row * ((rows.high[row] ?? 0) - first)
      const weights = [(rows.lowWeight[row] ?? 0) * scale, (rows.highWeight[row] ?? 0) * scale] as const
      sampleRow(top, bottom, 0, made, made + bytes.made * (row - y), ...weights, shift)
    }
    target.set(floats.subarray(made / 4, (read - spare) / 4), at + (bytes.made / 4) * y)
  }
}

/**
 * Rows of samples that are made from rows of the picture without a gap, from `start` on: all of them are copied at once.
 * Not so many that they, and what is made of them, would take more than `room` bytes.
 */
function endOfBand(rows: Axis, start: number, room: number, bytes: { row: number; made: number }): number {
  const first = rows.low[start] ?? 0
  let end = start + 1
  for (; end < rows.low.length; end++) {
    const [low, high, before] = [rows.low[end] ?? 0, rows.high[end] ?? 0, rows.high[end - 1] ?? 0]
    if (low > before + 1 || bytes.row * (high + 1 - first) + bytes.made * (end + 1 - start) > room) break
  }
  return end
}

/** Columns as the kernel reads them. */
function writeColumns(
  { low, high, lowWeight, highWeight }: Axis,
  bytes: number,
  words: Int32Array,
  floats: Float32Array,
) {
  for (let x = 0, out = 0; x < low.length; x++, out += columnBytes / 4) {
    words[out] = bytes * (low[x] ?? 0)
    words[out + 1] = bytes * (high[x] ?? 0)
    floats[out + 2] = lowWeight[x] ?? 0
    floats[out + 3] = highWeight[x] ?? 0
  }
}

interface Workspace {
  kernel: Kernel
  /** Bytes. */
  size: number
  words: Int32Array
  floats: Float32Array
  /** Copies pixels to this byte, a multiple of 4. */
  hold(pixels: Pixels['data'], at: number): void
}

const usual = 2 ** 20
let shared: Workspace | undefined

/**
 * A memory of this many bytes at least. Sampling does not wait for anything, so that all calls can share one; a larger
 * one is not kept, for pictures may be as wide as they like.
 */
function workspace(size: number): Workspace {
  if (size > usual) return open(size)
  shared ??= open(usual)
  return shared
}

function open(size: number): Workspace {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(size / 65536) })
  const bytes = new Uint8Array(memory.buffer)
  const floats = new Float32Array(memory.buffer)
  return {
    kernel: openKernel(memory),
    size: bytes.length,
    words: new Int32Array(memory.buffer),
    floats,
    hold(pixels, at) {
      if (pixels instanceof Float32Array) floats.set(pixels, at / 4)
      else bytes.set(pixels, at)
    },
  }
}
