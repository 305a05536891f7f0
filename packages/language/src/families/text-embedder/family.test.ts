import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoint, execute, type Model } from '@hearth/contract'
import { executorSuite, fakeContext } from '@hearth/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { task } from '../../embed-text/spec.ts'
import { family } from './family.ts'
import golden from './golden/results.json' with { type: 'json' }
import { load } from './load.ts'

const tiny = join(import.meta.dirname, 'golden/tiny')
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const

function checkpoint(dir: string, defaults: Checkpoint['defaults'] = {}): Checkpoint {
  const licence = { id: 'Apache-2.0', must_accept: false }
  const plain = {
    aliases: [],
    example_prompts: [],
    languages: [],
    digest: 'unverified',
    starter: false,
    tasks: [task.id],
  }
  const words = { id: 'tiny', family: family.id, title: '', description: '' }
  return { ...plain, ...words, licence, precision: 'fp32', dir, bytes: 1e5, defaults }
}

executorSuite('embedder, embed-text', {
  load,
  family,
  task,
  checkpoint: checkpoint(tiny, { max_tokens: 24, hidden_size: 16, attention_heads: 2 }),
  input: { texts: golden.texts },
  longInput: { texts: Array.from({ length: 900 }, (_, i) => `the cat sat on the mat ${i % 2 === 0 ? 'red' : ''}`) },
  stepsAfterAbort: 0,
})

async function withModel<T>(dir: string, defaults: Checkpoint['defaults'], run: (model: Model) => Promise<T>) {
  const model = await load(checkpoint(dir, defaults), placement)
  try {
    return await run(model)
  } finally {
    await model.dispose()
  }
}

async function ask(model: Model, input: object) {
  return task.output.parse(await execute(model, task, input, fakeContext()))
}

const embed = (input: object, dir = tiny, defaults: Checkpoint['defaults'] = {}) =>
  withModel(dir, defaults, model => ask(model, input))

function unpack(base64: string): number[] {
  return Array.from(new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer))
}

const length = (vector: readonly number[]) => Math.hypot(...vector)

function expectClose(actual: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  expect(actual.length).toBe(expected.length)
  for (const [i, vector] of expected.entries()) {
    vector.forEach((value, j) => {
      expect(Math.abs(value - (actual[i]?.[j] ?? Number.NaN)), `number ${j} of text ${i}`).toBeLessThan(1e-5)
    })
  }
}

describe('vectors as transformers gives them', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'embedder-'))
    await cp(tiny, dir, { recursive: true })
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  const pooling = (config: object) => writeFile(join(dir, '1_Pooling/config.json'), JSON.stringify(config))
  const expected = (mode: keyof typeof golden.vectors) => golden.vectors[mode].map(unpack)
  const scaled = (vectors: number[][]) => vectors.map(vector => vector.map(value => value / length(vector)))

  test('mean at unit length, as the files say, with exact counts of tokens', async () => {
    const output = await embed({ texts: golden.texts })
    expectClose(output.embeddings, scaled(expected('mean')))
    expect(output.dimensions).toBe(16)
    expect(output.truncated).toEqual([])
    expect(output.prompt_tokens).toBe(golden.tokens.reduce((sum, count) => sum + count, 0))
  })

  test.each([
    ['cls', { pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }],
    ['last', { pooling_mode_lasttoken: true }],
    ['max', { pooling_mode_max_tokens: true }],
    ['cls', { pooling_mode: 'cls' }],
    ['last', { pooling_mode: ['lasttoken'] }],
  ] as const)('%s by %o, not scaled where no step does it', async (mode, config) => {
    await pooling(config)
    const modules = JSON.parse(await readFile(join(dir, 'modules.json'), 'utf8')) as unknown[]
    await writeFile(join(dir, 'modules.json'), JSON.stringify(modules.slice(0, 2)))
    // The files win over the entry.
    const { embeddings } = await embed({ texts: golden.texts }, dir, { pooling: 'mean', normalize: true })
    expectClose(embeddings, expected(mode))
  })

  test('by the entry where the files are silent, by the mean at unit length where it is, too', async () => {
    await rm(join(dir, 'modules.json'))
    await rm(join(dir, '1_Pooling'), { recursive: true })
    const input = { texts: golden.texts }
    expectClose((await embed(input, dir, { pooling: 'cls', normalize: false })).embeddings, expected('cls'))
    expectClose((await embed(input, dir, { pooling: 'cls' })).embeddings, scaled(expected('cls')))
    expectClose((await embed(input, dir)).embeddings, scaled(expected('mean')))
  })

  test('never by steps that are not understood', async () => {
    await pooling({ pooling_mode_weightedmean_tokens: true })
    await expect(embed({ texts: ['a'] }, dir)).rejects.toMatchObject({ message: /pooling weightedmean_tokens/ })
    await pooling({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: true })
    await expect(embed({ texts: ['a'] }, dir)).rejects.toMatchObject({
      code: 'model-broken',
      message: /cls.* and mean/,
    })
    const dense = [{ idx: 2, name: '2', path: '2_Dense', type: 'sentence_transformers.models.Dense' }]
    await writeFile(join(dir, 'modules.json'), JSON.stringify(dense))
    await expect(embed({ texts: ['a'] }, dir)).rejects.toMatchObject({ message: /the step Dense/ })
  })

  test('and the least of the limits that the files name', async () => {
    await writeFile(join(dir, 'sentence_bert_config.json'), '{"max_seq_length": 7}')
    await expect(embed({ texts: ['the cat sat', golden.texts[0]] }, dir)).rejects.toMatchObject({
      code: 'invalid-input',
      path: ['texts', 1],
      message: /has 9 tokens, the model reads 7/,
    })
    const cut = await embed({ texts: ['the cat sat', 'the cat sat on the mat.'], truncate: true }, dir)
    expect(cut.truncated).toEqual([1])
    expect(cut.prompt_tokens).toBe(5 + 7)
    const same = await embed({ texts: ['the cat sat on the'] }, dir)
    expect(cut.embeddings[1]).toEqual(same.embeddings[0])
  })
})

describe('sizes', () => {
  test('are cut and scaled where the model was trained for it', async () => {
    const [whole] = (await embed({ texts: ['the cat'] })).embeddings
    const { embeddings, dimensions } = await embed({ texts: ['the cat'], dimensions: 6 }, tiny, {
      matryoshka_dimensions: [4, 8, 16],
    })
    expect(dimensions).toBe(6)
    const part = (whole ?? []).slice(0, 6)
    expectClose(
      embeddings,
      [part].map(vector => vector.map(value => value / length(vector))),
    )
  })

  test('are refused elsewhere, except the whole', async () => {
    expect((await embed({ texts: ['a'], dimensions: 16 })).dimensions).toBe(16)
    await expect(embed({ texts: ['a'], dimensions: 8 })).rejects.toMatchObject({
      code: 'invalid-input',
      path: ['dimensions'],
      hint: expect.stringContaining('matryoshka'),
    })
    for (const dimensions of [2, 17]) {
      const asked = embed({ texts: ['a'], dimensions }, tiny, { matryoshka_dimensions: [4, 16] })
      await expect(asked).rejects.toMatchObject({ hint: 'It can be cut to 4 to 16.' })
    }
  })
})

test('a text gives the same vector alone and among others of all lengths', async () => {
  await withModel(tiny, {}, async model => {
    const texts = Array.from({ length: 300 }, (_, i) => 'the red cat ran '.repeat(i % 5).slice(0, 3 + (i % 50)))
    const { embeddings } = await ask(model, { texts })
    for (const i of [0, 7, 123, 299]) {
      const alone = await ask(model, { texts: [texts[i]] })
      expectClose([embeddings[i] ?? []], alone.embeddings)
    }
  })
})

test('numbers are 32-bit numbers in few digits', async () => {
  const { embeddings } = await embed({ texts: golden.texts })
  for (const value of embeddings.flat()) {
    expect(String(Math.abs(value)).replace(/^0\.0*|\.|e.*/g, '').length).toBeLessThanOrEqual(9)
  }
})

test('a folder that is broken says so', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'embedder-'))
  try {
    await expect(load(checkpoint(dir), placement)).rejects.toMatchObject({ code: 'model-broken' })
    await cp(tiny, dir, { recursive: true })
    await writeFile(join(dir, 'onnx/model.onnx'), 'nothing of the kind')
    await expect(load(checkpoint(dir), placement)).rejects.toMatchObject({ message: /cannot load/ })
    await writeFile(join(dir, 'tokenizer.json'), '{')
    await expect(load(checkpoint(dir), placement)).rejects.toMatchObject({ message: /tokenizer\.json cannot be read/ })
    await writeFile(join(dir, 'tokenizer.json'), '{}')
    await expect(load(checkpoint(dir), placement)).rejects.toMatchObject({ message: /cannot read the tokenizer/ })
  } finally {
    await rm(dir, { recursive: true })
  }
})
