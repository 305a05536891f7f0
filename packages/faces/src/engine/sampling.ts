/** For each place along one axis of a new picture: two neighbours in the old one and their weights; zero weights give black. */
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
  for (let place = 0; place < places; place++) {
    const { low, high, share } = at(place)
    if (low >= 0 && low < size) {
      made.low[place] = low
      made.lowWeight[place] = 1 - share
    }
    if (high >= 0 && high < size) {
      made.high[place] = high
      made.highWeight[place] = share
    }
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
    if (source < 0 || source > last) return { low: -1, high: -1, share: 0 }
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
  pixels: Pixels,
  columns: Axis,
  rows: Axis,
  target: Float32Array,
  at = 0,
  scale = 1,
  shift = 0,
): void {
  const places = 3 * columns.low.length
  let upper = { row: -1, values: new Float32Array(places) }
  let lower = { row: -1, values: new Float32Array(places) }
  for (let y = 0, out = at; y < rows.low.length; y++, out += places) {
    const [top, bottom] = [rows.low[y] ?? 0, rows.high[y] ?? 0]
    const [topWeight, bottomWeight] = [(rows.lowWeight[y] ?? 0) * scale, (rows.highWeight[y] ?? 0) * scale]
    // Going down, the lower row of before is often the upper row of now.
    if (lower.row === top) [upper, lower] = [lower, upper]
    if (upper.row !== top) stretchRow(pixels, top, columns, upper.values)
    upper.row = top
    if (bottomWeight === 0) {
      copyRow(upper.values, topWeight, shift, target, out)
      continue
    }
    if (lower.row !== bottom) stretchRow(pixels, bottom, columns, lower.values)
    lower.row = bottom
    blendRows(upper.values, topWeight, lower.values, bottomWeight, shift, target, out)
  }
}

function copyRow(row: Float32Array, weight: number, shift: number, target: Float32Array, at: number): void {
  for (let x = 0; x < row.length; x++) target[at + x] = (row[x] ?? 0) * weight + shift
}

function blendRows(
  upper: Float32Array,
  upperWeight: number,
  lower: Float32Array,
  lowerWeight: number,
  shift: number,
  target: Float32Array,
  at: number,
): void {
  for (let x = 0; x < upper.length; x++) {
    target[at + x] = (upper[x] ?? 0) * upperWeight + (lower[x] ?? 0) * lowerWeight + shift
  }
}

function stretchRow({ data, width }: Pixels, row: number, columns: Axis, target: Float32Array): void {
  // The same work, said twice: code that has seen one kind of array only is much faster.
  if (data instanceof Float32Array) stretchNumbers(data, 3 * row * width, columns, target)
  else stretchBytes(data, 3 * row * width, columns, target)
}

function stretchNumbers(data: Float32Array, start: number, columns: Axis, target: Float32Array): void {
  const { low, high, lowWeight, highWeight } = columns
  for (let x = 0, out = 0; x < low.length; x++, out += 3) {
    const left = start + 3 * (low[x] ?? 0)
    const right = start + 3 * (high[x] ?? 0)
    const a = lowWeight[x] ?? 0
    const b = highWeight[x] ?? 0
    target[out] = (data[left] ?? 0) * a + (data[right] ?? 0) * b
    target[out + 1] = (data[left + 1] ?? 0) * a + (data[right + 1] ?? 0) * b
    target[out + 2] = (data[left + 2] ?? 0) * a + (data[right + 2] ?? 0) * b
  }
}

function stretchBytes(data: Uint8Array, start: number, columns: Axis, target: Float32Array): void {
  const { low, high, lowWeight, highWeight } = columns
  for (let x = 0, out = 0; x < low.length; x++, out += 3) {
    const left = start + 3 * (low[x] ?? 0)
    const right = start + 3 * (high[x] ?? 0)
    const a = lowWeight[x] ?? 0
    const b = highWeight[x] ?? 0
    target[out] = (data[left] ?? 0) * a + (data[right] ?? 0) * b
    target[out + 1] = (data[left + 1] ?? 0) * a + (data[right + 1] ?? 0) * b
    target[out + 2] = (data[left + 2] ?? 0) * a + (data[right + 2] ?? 0) * b
  }
}
