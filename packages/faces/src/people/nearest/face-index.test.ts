import { describe, expect, test } from 'vitest'
import { createFaceIndex } from './face-index.ts'

/** Random numbers with a normal distribution, the same in every run. */
function source(seed: number) {
  let state = seed
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 1) / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

const dimensions = 128

function unit(next: () => number): Float32Array {
  return scaled(Float32Array.from({ length: dimensions }, next))
}

function scaled(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return vector.map(value => value / length)
}

function near(vector: Float32Array, cosine: number, next: () => number): Float32Array {
  const noise = unit(next)
  const side = Math.sqrt(1 - cosine * cosine)
  return scaled(vector.map((value, k) => cosine * value + side * (noise[k] ?? 0)))
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, k) => sum + value * (b[k] ?? 0), 0)

describe.each([
  ['exact', Number.POSITIVE_INFINITY],
  ['by codes', 0],
])('%s', (_, exactUpTo) => {
  test('finds the nearest person among several faces each, and how much nearer they are than the next', () => {
    const next = source(1)
    const index = createFaceIndex({ dimensions, exactUpTo })
    const people = Array.from({ length: 300 }, (_, number) => ({ name: `p${number}`, centre: unit(next) }))
    const faces = people.flatMap(({ name, centre }) => [0, 1, 2].map(() => ({ name, face: near(centre, 0.9, next) })))
    for (const { name, face } of faces) index.add(name, face)
    while (!index.prepare(100));
    for (const { name, centre } of people.slice(0, 50)) {
      const query = near(centre, 0.8, next)
      const bests = new Map<string, number>()
      for (const face of faces) bests.set(face.name, Math.max(bests.get(face.name) ?? -1, dot(query, face.face)))
      const [first, second] = [...bests].sort((a, b) => b[1] - a[1])
      const found = index.nearest(query)
      expect(found?.person).toBe(name)
      expect(found?.person).toBe(first?.[0])
      expect(found?.similarity).toBeCloseTo(first?.[1] ?? 9, 4)
      // Of strangers the codes may miss the nearest; they never make one nearer than it is.
      if (exactUpTo > 0) expect(found?.next).toBeCloseTo(second?.[1] ?? 9, 4)
      else expect(found?.next ?? 9).toBeLessThanOrEqual((second?.[1] ?? -9) + 1e-4)
    }
  })

  test('forgets at once who is removed, and nobody else', () => {
    const next = source(2)
    const index = createFaceIndex({ dimensions, exactUpTo })
    const people = Array.from({ length: 60 }, (_, number) => ({ name: `p${number}`, centre: unit(next) }))
    for (const { name, centre } of people) for (let k = 0; k < 3; k++) index.add(name, near(centre, 0.95, next))
    // Some before and some after the codes are complete.
    index.prepare(70)
    for (const { name } of people.filter((_, number) => number % 6 === 0)) index.remove(name)
    while (!index.prepare(70));
    for (const { name } of people.filter((_, number) => number % 6 === 3)) index.remove(name)
    expect(index.size).toBe(120)
    for (const [number, { name, centre }] of people.entries()) {
      if (number % 3 === 0) expect(index.nearest(centre)?.person).not.toBe(name)
      else expect(index.nearest(centre)?.person).toBe(name)
    }
    for (const { name } of people) index.remove(name)
    expect(index.nearest(people[0]?.centre ?? unit(next))).toBeUndefined()
    index.add('again', unit(next))
    expect(index.nearest(unit(next))).toMatchObject({ person: 'again', next: null })
  })

  test('has no next where there is one person, however many faces', () => {
    const next = source(3)
    const index = createFaceIndex({ dimensions, exactUpTo })
    const centre = unit(next)
    for (let k = 0; k < 400; k++) index.add('only', near(centre, 0.9, next))
    while (!index.prepare(100));
    expect(index.nearest(centre)).toMatchObject({ person: 'only', next: null })
    index.add('other', unit(next))
    expect(index.nearest(centre)?.next).toEqual(expect.any(Number))
  })
})

test('refuses what has no direction or another length', () => {
  const index = createFaceIndex({ dimensions })
  for (const bad of [
    new Float32Array(dimensions),
    new Float32Array(3).fill(1),
    new Float32Array(dimensions).fill(NaN),
  ]) {
    expect(() => index.add('p', bad)).toThrow('expected a vector of 128')
  }
  expect(index.size).toBe(0)
})

test('any number of dimensions will do', () => {
  for (const odd of [3, 100, 130, 1024]) {
    const index = createFaceIndex({ dimensions: odd, exactUpTo: 1 })
    const vectors = [1, 2, 3].map(seed => Float32Array.from({ length: odd }, source(seed)))
    for (const [k, vector] of vectors.entries()) index.add(`p${k}`, vector)
    while (!index.prepare(1));
    for (const [k, vector] of vectors.entries()) {
      const found = index.nearest(vector)
      expect(found?.person).toBe(`p${k}`)
      expect(found?.similarity).toBeCloseTo(1, 4)
    }
  }
})
