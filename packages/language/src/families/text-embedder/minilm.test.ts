import { execute, type Model } from '@hearth/contract'
import { fromHalf } from '@hearth/runtime/onnx'
import { fakeContext } from '@hearth/testing'
import { pulledModel } from '@hearth/testing/pulled-model'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { task } from '../../embed-text/spec.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'
import golden from './golden/minilm.json' with { type: 'json' }
import { load } from './load.ts'

function unpack(base64: string): number[][] {
  const halves = fromHalf(new Uint16Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer))
  return golden.texts.map((_, i) => Array.from(halves.subarray(i * golden.size, (i + 1) * golden.size)))
}

const expected = { int8: unpack(golden.int8), original: unpack(golden.original) }

function apart(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0)
  return 1 - dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

describe('all-MiniLM-L6-v2 as its packages have it', () => {
  let model: Model
  beforeAll(async () => {
    const checkpoint = await pulledModel(family, catalogue, 'starter-embedder')
    expect(checkpoint).toMatchObject({ precision: 'int8', tasks: ['embed-text'], defaults: { max_tokens: 256 } })
    model = await load(checkpoint, { device: 'cpu', deviceIndex: 0, threads: 2 })
  })
  afterAll(() => model?.dispose())
  const embed = async (input: object) => task.output.parse(await execute(model, task, input, fakeContext()))

  test('gives 100 texts the vectors and the tokens of Python', async () => {
    expect(golden.texts.length).toBe(100)
    const output = await embed({ texts: golden.texts, truncate: true })
    const int8 = output.embeddings.map((vector, i) => apart(vector, expected.int8[i] ?? []))
    const original = output.embeddings.map((vector, i) => apart(vector, expected.original[i] ?? []))
    expect(Math.max(...int8)).toBeLessThan(1e-3)
    // What weights of 8 bits cost: 0.0006 on average.
    expect(original.reduce((sum, value) => sum + value, 0) / original.length).toBeLessThan(1e-3)
    expect(Math.max(...original)).toBeLessThan(5e-3)
    expect(output.prompt_tokens).toBe(golden.tokens.reduce((sum, count) => sum + count, 0))
    expect(output.dimensions).toBe(384)
  })

  test('counts the tokens of each text as Python does', async () => {
    for (const [i, text] of golden.texts.entries()) {
      const { prompt_tokens } = await embed({ texts: [text], truncate: true })
      expect([text, prompt_tokens]).toEqual([text, golden.tokens[i]])
    }
  })

  test('puts what is alike near', async () => {
    const texts = ['A cat sleeps in the sun.', 'A kitten naps on a warm wall.', 'Interest rates rose again in March.']
    const [cat = [], kitten = [], rates = []] = (await embed({ texts })).embeddings
    expect(apart(cat, kitten)).toBeLessThan(0.6)
    expect(apart(cat, rates)).toBeGreaterThan(0.85)
  })

  test('tells how long a text is that it cannot read, and leaves its end out when asked to', async () => {
    const long = 'word '.repeat(300)
    await expect(embed({ texts: ['short', long] })).rejects.toMatchObject({
      code: 'invalid-input',
      path: ['texts', 1],
      message: 'texts.1 has 302 tokens, the model reads 256 at most',
    })
    expect(await embed({ texts: ['short', long], truncate: true })).toMatchObject({
      truncated: [1],
      prompt_tokens: 3 + 256,
    })
  })
})
