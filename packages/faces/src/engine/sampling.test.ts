import { expect, test } from 'vitest'
import { type Axis, cropAxis, type Pixels, resizeAxis, sample, stretchAxis } from './sampling.ts'

/** The same by the definition. */
function plain({ data, width }: Pixels, columns: Axis, rows: Axis, scale: number, shift: number): number[] {
  const values: number[] = []
  for (const [y, low] of rows.low.entries()) {
    const weighted = [
      [low, rows.lowWeight[y] ?? 0],
      [rows.high[y] ?? 0, rows.highWeight[y] ?? 0],
    ] as const
    for (const [x, left] of columns.low.entries()) {
      const [right, a, b] = [columns.high[x] ?? 0, columns.lowWeight[x] ?? 0, columns.highWeight[x] ?? 0]
      for (const channel of [0, 1, 2]) {
        const at = (row: number, column: number) => data[3 * (row * width + column) + channel] ?? Number.NaN
        const sum = weighted.reduce((sum, [row, weight]) => sum + weight * (a * at(row, left) + b * at(row, right)), 0)
        values.push(sum * scale + shift)
      }
    }
  }
  return values
}

const noise = (length: number) => Uint8Array.from({ length }, (_, k) => (k * 7919 + (k >> 3) * 104729) % 256)

const pictures = [
  [1, 1],
  [7, 5],
  [300, 200],
  [60_000, 2],
] as const
const axes = {
  'made smaller or larger': (size: number) => resizeAxis(size, 33),
  'padded with black': (size: number) => resizeAxis(size, 32, size + 9, 4),
  'cut out, partly outside': (size: number) => cropAxis(size, -size / 3, size * 0.9, 24),
  'stretched between edges': (size: number) => stretchAxis(size, size / 4, size * 1.2, 19),
}

for (const [name, axis] of Object.entries(axes)) {
  test.each(pictures)(`samples of %i x %i pixels, ${name}, are what the definition says`, (width, height) => {
    const bytes = noise(3 * width * height)
    for (const data of [bytes, Float32Array.from(bytes, value => value / 3)]) {
      const [columns, rows] = [axis(width), axis(height)]
      const length = 3 * columns.low.length * rows.low.length
      const target = new Float32Array(length + 8).fill(-5)
      sample({ width, data }, columns, rows, target, 4, 0.5, 2)
      const expected = plain({ width, data }, columns, rows, 0.5, 2)
      const worst = Math.max(...expected.map((value, k) => Math.abs(value - (target[4 + k] ?? Number.NaN))))
      expect(worst).toBeLessThan(1e-4)
      expect([...target.subarray(0, 4), ...target.subarray(4 + length)], 'nothing else is touched').toEqual(
        new Array(8).fill(-5),
      )
    }
  })
}
