import fc from 'fast-check'
import { expect, test } from 'vitest'
import { batchNormals, philoxNormals } from './philox-normals.ts'

/** What `torch.randn(12, generator=torch.Generator('cuda').manual_seed(0), device='cuda')` gives. */
const recorded = [
  -0.92466259, -0.42534415, -2.6438457, 0.14518388, -0.12086647, -0.57972564, -0.62285122, -0.32838709, -1.07454231,
  -0.36314407, -1.67105067, 2.26550497,
]

test('seed 0 gives the values recorded from a GPU', () => {
  const normals = philoxNormals(0, 0, recorded.length)
  for (const [index, value] of recorded.entries()) expect(Math.abs(normals[index]! - value)).toBeLessThan(2e-7)
})

test('the words agree with a 64-bit reference for any seed, offset and index', () => {
  const mask = 0xffffffffn
  function reference(seed: number, offset: number, index: number): number {
    let [c0, c1, c2, c3] = [BigInt(offset), 0n, BigInt(index), 0n]
    let [k0, k1] = [BigInt(seed) & mask, BigInt(seed) >> 32n]
    for (let round = 0; round < 10; round++) {
      const p0 = 0xd2511f53n * c0
      const p1 = 0xcd9e8d57n * c2
      ;[c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask]
      k0 = (k0 + 0x9e3779b9n) & mask
      k1 = (k1 + 0xbb67ae85n) & mask
    }
    const u = Number(c0) * 2 ** -32 + 2 ** -33
    const v = (Number(c1) * 2 ** -32 + 2 ** -33) * 2 * Math.PI
    return Math.sqrt(-2 * Math.log(u)) * Math.sin(v)
  }
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.nat(0xffffffff), fc.nat(300), (seed, offset, index) => {
      expect(philoxNormals(seed, offset, index + 1)[index]).toBeCloseTo(reference(seed, offset, index), 6)
    }),
    { numRuns: 200 },
  )
})

test('mean and variance are those of a normal distribution', () => {
  const count = 200_000
  const normals = philoxNormals(1234, 7, count)
  const mean = normals.reduce((sum, value) => sum + value, 0) / count
  const variance = normals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count
  expect(Math.abs(mean)).toBeLessThan(0.01)
  expect(Math.abs(variance - 1)).toBeLessThan(0.01)
})

test('another offset is another draw, another seed too', () => {
  const first = philoxNormals(5, 0, 16)
  expect(philoxNormals(5, 1, 16)).not.toEqual(first)
  expect(philoxNormals(6, 0, 16)).not.toEqual(first)
  expect(philoxNormals(5 + 2 ** 32, 0, 16)).not.toEqual(first)
})

test('each picture of a batch can be drawn again alone', () => {
  const batch = batchNormals(41, 3, 3, 64)
  expect(batch.subarray(64, 128)).toEqual(philoxNormals(42, 3, 64))
  expect(batch.subarray(128)).toEqual(philoxNormals(43, 3, 64))
})

test.each([-1, 0.5, 2 ** 53, Number.NaN])('seed %s is refused', seed => {
  expect(() => philoxNormals(seed, 0, 1)).toThrow(/a seed is a whole number/)
})
