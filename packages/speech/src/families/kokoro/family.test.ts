import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkpointEntry, type Model } from '@hearth/contract'
import { executorSuite } from '@hearth/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pitchOf, spoken, type ToyFolder, toyFolder } from '../../sherpa/toy-folder-under-test.ts'
import { task } from '../../synthesise-speech/spec.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'
import { load } from './load.ts'

const golden = join(import.meta.dirname, 'golden')
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const
const folder: ToyFolder = await toyFolder(family, golden)
const text = 'Good morning. Are you well?'
afterAll(() => folder.remove())

executorSuite('kokoro, synthesise-speech', {
  load,
  checkpoint: folder.checkpoint,
  family,
  task,
  input: { text },
  longInput: { text: `${text} ${text}` },
})

describe('voices', () => {
  let model: Model
  beforeAll(async () => {
    model = await load(folder.checkpoint, placement)
  })
  afterAll(() => model.dispose())
  const speak = (input: object) => spoken(model, task, input)

  it('are chosen by name or number, in English and Chinese', async () => {
    for (const [voice, hertz] of [
      [undefined, 440],
      ['af_low', 440],
      ['zf_high', 880],
      ['1', 880],
    ] as const) {
      for (const text of ['Good morning.', '你好。']) {
        const { samples, sample_rate } = await speak({ text, ...(voice ? { voice } : {}) })
        expect(pitchOf(samples, sample_rate), `${voice} ${text}`).toBe(hertz)
      }
    }
    const hint = expect.stringContaining('af_low, zf_high')
    await expect(speak({ text, voice: 'nobody' })).rejects.toMatchObject({ code: 'invalid-input', hint })
    await expect(speak({ text, voice: '2' })).rejects.toMatchObject({ path: ['voice'] })
  })

  it('speak faster and higher', async () => {
    const [own, fast] = [await speak({ text: 'Tea' }), await speak({ text: 'Tea', speed: 2 })]
    expect(own.seconds / fast.seconds).toBeCloseTo(2, 3)
    const high = await speak({ text: 'Tea', pitch: 12 })
    expect(pitchOf(high.samples, high.sample_rate)).toBe(880)
    expect(high.seconds).toBeCloseTo(own.seconds, 2)
  })

  it('read long sentences, and refuse what they have no sounds for', async () => {
    const long = await speak({ text: 'well '.repeat(300) })
    expect(long.seconds).toBeGreaterThan(30)
    await expect(speak({ text: 'Good morning. 早' })).rejects.toMatchObject({ code: 'invalid-input', path: ['text'] })
  })
})

describe('a folder', () => {
  const opened = () => load(folder.checkpoint, placement)
  const broken = (text: string) => ({ code: 'model-broken', message: expect.stringContaining(text) })

  it('is refused for what is missing or wrong, and the process lives', async () => {
    for (const [key, value] of [
      ['sample_rate', ''],
      ['n_speakers', 'two'],
      ['style_dim', '510,2'],
    ] as const) {
      await folder.say('model.onnx', key, value)
      await expect(opened()).rejects.toMatchObject(broken(`model.onnx is not as it should be: ${key}`))
    }
    await folder.say('model.onnx', 'n_speakers', '3')
    await expect(opened()).rejects.toMatchObject(broken('voices.bin has 8160 bytes, where the model wants 12240'))
    await folder.restore('model.onnx')
    await writeFile(folder.path('tokens.txt'), 'a 1\na 2\n')
    await expect(opened()).rejects.toMatchObject(broken('tokens.txt, line 2'))
    await folder.restore('tokens.txt')
    await truncate(folder.path('model.onnx'), 500)
    await expect(opened()).rejects.toMatchObject(broken('part of one'))
    await folder.restore('model.onnx')
    await (await opened()).dispose()
  })

  it('is known by its files', async () => {
    const view = (...paths: string[]) => ({
      files: paths.map(path => ({ path, bytes: 1 })),
      json: async () => undefined,
    })
    const found = await family.describe?.(view('model.int8.onnx', 'voices.bin', 'tokens.txt', 'lexicon-zh.txt'))
    expect(found).toMatchObject({ title: 'Kokoro', languages: ['en', 'zh'] })
    expect(await family.describe?.(view('model.onnx', 'tokens.txt'))).toBeUndefined()
  })
})

it('lists weights', () => {
  expect(catalogue.map(each => checkpointEntry.parse(each).id)).toContain('kokoro-multi-lang-v1.1')
})
