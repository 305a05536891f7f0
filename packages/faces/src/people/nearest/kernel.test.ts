import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { codeBytes, openKernel, rowsAt } from './kernel.ts'

test('dots are dot products', () => {
  const memory = new WebAssembly.Memory({ initial: 4 })
  const kernel = openKernel(memory)
  for (const [dims, rows] of [
    [16, 3],
    [128, 50],
    [1024, 40],
  ] as const) {
    const values = (count: number, at: number) => {
      const view = new Float32Array(memory.buffer, at, count)
      for (let k = 0; k < count; k++) view[k] = Math.sin(at + k * 1.7)
      return view
    }
    const query = values(dims, 0)
    const matrix = values(rows * dims, rowsAt)
    kernel.dots(rowsAt, rows, dims * 4)
    const expected = Array.from({ length: rows }, (_, row) =>
      query.reduce((sum, value, k) => sum + value * (matrix[row * dims + k] ?? Number.NaN), 0),
    )
    for (const [row, value] of kernel.floats(rows).entries()) expect(value).toBeCloseTo(expected[row] ?? Number.NaN, 3)
  }
})

test('sift counts bits, and gives the rows under the limit with their numbers', () => {
  const memory = new WebAssembly.Memory({ initial: 4 })
  const kernel = openKernel(memory)
  const rows = 500
  const query = new Uint8Array(memory.buffer, 0, codeBytes)
  const codes = new Uint8Array(memory.buffer, rowsAt, rows * codeBytes)
  query.set(randomBytes(codeBytes))
  codes.set(randomBytes(rows * codeBytes))
  codes.set(query, 7 * codeBytes)
  const differences = Array.from({ length: rows }, (_, row) => {
    let bits = 0
    for (let k = 0; k < codeBytes; k++) {
      for (let x = (codes[row * codeBytes + k] ?? 0) ^ (query[k] ?? 0); x > 0; x >>= 1) bits += x & 1
    }
    return bits
  })
  for (const limit of [0, 1, 250, 256, 600]) {
    const expected = differences.flatMap((bits, row) => (bits < limit ? [row, bits] : []))
    const found = kernel.sift(rowsAt, rows, limit)
    expect([...kernel.pairs(found)]).toEqual(expected)
  }
})
