import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { floatData, floatTensor, fromHalf, type OnnxSession, openSession, timeInRuns, toHalf } from './onnx.ts'

const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const

describe('half floats', () => {
  test.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2.5, 0xc100],
    [65504, 0x7bff],
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [1e9, 0x7c00],
    [-Infinity, 0xfc00],
    [2 ** -14, 0x0400],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000],
    [1.5 * 2 ** -25, 0x0001],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
  ])('of %d have the bits %i', (value, bits) => {
    expect(toHalf(Float32Array.of(value))[0]).toBe(bits)
  })

  test('come back exactly, all 65,536 of them', () => {
    const bits = Uint16Array.from({ length: 0x10000 }, (_, i) => i)
    const values = fromHalf(bits)
    const again = toHalf(values)
    for (const [i, value] of values.entries()) {
      if (Number.isNaN(value)) expect(again[i]! & 0x7c00).toBe(0x7c00)
      else expect(again[i]).toBe(i)
    }
  })

  test('are the nearest: no half float is nearer to any of 10,000 numbers', () => {
    for (let i = 1; i <= 10_000; i++) {
      const value = Math.fround(Math.sin(i * 12.9898) * 10 ** ((i % 9) - 4))
      const bits = toHalf(Float32Array.of(value))[0]!
      const [below, own, above] = fromHalf(Uint16Array.of(bits - 1, bits, bits + 1))
      const distance = Math.abs(own! - value)
      expect(distance).toBeLessThanOrEqual(Math.min(Math.abs(below! - value), Math.abs(above! - value)))
    }
  })
})

describe('a session', () => {
  let session: OnnxSession
  beforeAll(async () => {
    session = await openSession(join(import.meta.dirname, 'golden/types.onnx'), placement)
  })
  afterAll(() => session.dispose())

  test('tells names, types and shapes', () => {
    expect(session.inputs).toEqual(
      ['float32', 'float16', 'int64', 'int32', 'bool'].map(type => ({ name: type, type, dims: ['count', 2] })),
    )
    expect(session.outputs.map(output => output.name)).toEqual([
      ...['float32', 'float16', 'int64', 'int32'].map(type => `twice_${type}`),
      'not_bool',
    ])
  })

  test('computes with every type, half floats on this Node included', async () => {
    const dims = [2, 2]
    const before = timeInRuns()
    const results = await session.run({
      float32: floatTensor('float32', Float32Array.of(1, -2, 0.5, 3), dims),
      float16: floatTensor('float16', Float32Array.of(1, -2, 0.5, 3), dims),
      int64: { type: 'int64', data: BigInt64Array.of(1n, 2n, 3n, 1n << 40n), dims },
      int32: { type: 'int32', data: Int32Array.of(1, 2, 3, -4), dims },
      bool: { type: 'bool', data: Uint8Array.of(1, 0, 0, 1), dims },
    })
    for (const type of ['float32', 'float16']) {
      const result = results[`twice_${type}`]!
      expect([type, result.type, result.dims, ...floatData(result)]).toEqual([type, type, dims, 2, -4, 1, 6])
    }
    expect(results.twice_int64).toMatchObject({ type: 'int64', data: BigInt64Array.of(2n, 4n, 6n, 1n << 41n) })
    expect(results.twice_int32).toMatchObject({ type: 'int32', data: Int32Array.of(2, 4, 6, -8) })
    expect([...results.not_bool!.data]).toEqual([0, 1, 1, 0])
    expect(timeInRuns()).toBeGreaterThan(before)
  })

  test('has no place for whole numbers where fractions are meant', () => {
    expect(() => floatTensor('int64', Float32Array.of(1), [1])).toThrow(/fraction/)
    expect(() => floatData({ type: 'int32', data: Int32Array.of(1), dims: [1] })).toThrow(/fraction/)
  })

  test('says which file is broken or missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-onnx-'))
    const path = join(folder, 'model.onnx')
    await expect(openSession(path, placement)).rejects.toMatchObject({ code: 'model-broken' })
    await writeFile(path, 'not a graph')
    const refused = expect(openSession(path, placement)).rejects
    await refused.toMatchObject({ code: 'model-broken', message: expect.stringContaining(path) })
    await rm(folder, { recursive: true })
  })
})
