import { expect, it } from 'vitest'
import { assign } from './assign.ts'

/** The best total by trying every way. */
function best(gain: number[][], row = 0, taken = new Set<number>()): number {
  if (row === gain.length) return 0
  let most = best(gain, row + 1, taken)
  for (const [column, value] of (gain[row] ?? []).entries()) {
    if (taken.has(column)) continue
    most = Math.max(most, value + best(gain, row + 1, new Set([...taken, column])))
  }
  return most
}

function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32
    return state / 2 ** 32
  }
}

it('takes the best sum, not the best pair', () => {
  expect(
    assign([
      [0.9, 0.8],
      [0.8, 0.1],
    ]),
  ).toEqual([1, 0])
})

it('leaves rows without gain alone', () => {
  expect(assign([[0, 0], [0, 0.3], []])).toEqual([-1, 1, -1])
  expect(assign([])).toEqual([])
})

it('equals the best of all ways on 500 random tables', () => {
  const random = generator(1)
  for (let round = 0; round < 500; round++) {
    const rows = Math.floor(random() * 6)
    const columns = Math.floor(random() * 6)
    const gain = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => (random() < 0.4 ? 0 : random())),
    )
    const found = assign(gain)
    const used = found.filter(column => column >= 0)
    expect(new Set(used).size).toBe(used.length)
    const total = found.reduce((sum, column, row) => sum + (gain[row]?.[column] ?? 0), 0)
    expect(total).toBeCloseTo(best(gain), 10)
  }
})
