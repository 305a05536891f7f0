import { InferenceSession, Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { field, number } from '../../sherpa/protobuf.ts'
import { noiseFunction, replaceNoise } from './repeatable-noise.ts'

/** A model that does nothing but draw noise in the shape of its input. */
function drawing(): Buffer {
  const shape = field(2, [field(1, [field(2, 'length')])])
  const numbers = field(2, [field(1, [number(1, 1), shape])])
  const dtype = field(5, [field(1, 'dtype'), number(3, 1), number(20, 2)])
  const node = field(1, [field(1, 'x'), field(2, 'y'), field(4, 'RandomNormalLike'), dtype])
  const ends = [field(11, [field(1, 'x'), numbers]), field(12, [field(1, 'y'), numbers])]
  return Buffer.concat([number(1, 8), field(8, [number(2, 15)]), field(7, [node, field(2, 'drawing'), ...ends])])
}

async function noise(session: InferenceSession, length: number): Promise<Float32Array> {
  const { y } = await session.run({ x: new Tensor('float32', new Float32Array(length), [length]) })
  return y?.data as Float32Array
}

describe('noise', () => {
  it('is normally distributed, and the same each time', async () => {
    const onnx = drawing()
    expect(replaceNoise(onnx)).toBe(1)
    const session = await InferenceSession.create(Buffer.concat([onnx, noiseFunction()]), { intraOpNumThreads: 1 })
    const drawn = await noise(session, 100_000)
    const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(drawn)).toBeCloseTo(0, 1.5)
    expect(mean(drawn.map(value => value ** 2))).toBeCloseTo(1, 1.5)
    expect(mean(drawn.map(value => value ** 4))).toBeCloseTo(3, 0.5)
    for (const apart of [1, 2, 7, 192]) {
      const products = drawn.subarray(apart).map((value, at) => value * (drawn[at] ?? 0))
      expect(Math.abs(mean(products))).toBeLessThan(0.02)
    }
    const few = await noise(session, 10)
    expect(await noise(session, 100_000)).toEqual(drawn)
    // Of another length they may be rounded otherwise.
    for (const [at, value] of few.entries()) expect(value).toBeCloseTo(drawn[at] ?? Number.NaN, 5)
    await session.release()
  })

  it('is left alone where a model draws none', () => {
    expect(replaceNoise(Buffer.from('no such operator'))).toBe(0)
  })
})
