/** One channel of numbers, rows from the top. */
interface Plane {
  width: number
  height: number
  data: Float32Array
}

const sharpness = -0.75

function near(x: number): number {
  return ((sharpness + 2) * x - (sharpness + 3)) * x * x + 1
}

function far(x: number): number {
  return ((sharpness * x - 5 * sharpness) * x + 8 * sharpness) * x - 4 * sharpness
}

/** For each place of the result, four places of the source and their weights. */
function tapsOf(from: number, to: number): { places: Int32Array; weights: Float32Array } {
  const places = new Int32Array(4 * to)
  const weights = new Float32Array(4 * to)
  for (let i = 0; i < to; i++) {
    const position = ((i + 0.5) * from) / to - 0.5
    const base = Math.floor(position)
    const share = position - base
    for (let tap = 0; tap < 4; tap++) places[4 * i + tap] = Math.min(from - 1, Math.max(0, base - 1 + tap))
    weights.set([far(share + 1), near(share), near(1 - share), far(2 - share)], 4 * i)
  }
  return { places, weights }
}

/** Scales as torch's `interpolate(mode="bicubic", align_corners=False)`: no antialiasing, edges repeated. */
export function resizeCubic(plane: Plane, width: number, height: number): Float32Array {
  const columns = tapsOf(plane.width, width)
  const rows = tapsOf(plane.height, height)
  const across = new Float32Array(plane.height * width)
  for (let y = 0; y < plane.height; y++) {
    const line = plane.data.subarray(y * plane.width, (y + 1) * plane.width)
    for (let x = 0; x < width; x++) {
      let sum = 0
      for (let tap = 4 * x; tap < 4 * x + 4; tap++) {
        sum += (columns.weights[tap] as number) * (line[columns.places[tap] as number] as number)
      }
      across[y * width + x] = sum
    }
  }
  const result = new Float32Array(width * height)
  for (let y = 0; y < height; y++) {
    const row = result.subarray(y * width, (y + 1) * width)
    for (let tap = 4 * y; tap < 4 * y + 4; tap++) {
      const weight = rows.weights[tap] as number
      const start = (rows.places[tap] as number) * width
      for (let x = 0; x < width; x++) row[x] = (row[x] as number) + weight * (across[start + x] as number)
    }
  }
  return result
}
