import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkpointEntry, type Model } from '@hearth/contract'
import { executorSuite } from '@hearth/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { task } from '../../clone-voice/spec.ts'
import { pitchOf, spoken, type ToyFolder, tones, toyFolder } from '../../sherpa/toy-folder-under-test.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'
import { load } from './load.ts'

const golden = join(import.meta.dirname, 'golden')
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const
const folder: ToyFolder = await toyFolder(family, golden)
const reference = 'upload:recording'
const order = { text: 'Good morning. Are you well?', reference, reference_text: 'tea', consent: true }
afterAll(() => folder.remove())

executorSuite('zipvoice, clone-voice', {
  load,
  checkpoint: folder.checkpoint,
  family,
  task,
  input: order,
  longInput: { ...order, text: `${order.text} ${order.text}` },
  references: { [reference]: await tones([2, 750]) },
})

describe('a voice', () => {
  let model: Model
  beforeAll(async () => {
    model = await load(folder.checkpoint, placement)
  })
  afterAll(() => model.dispose())
  const speak = (recording: Uint8Array, input: object = {}) =>
    spoken(model, task, { ...order, ...input }, { [reference]: recording })

  it('is that of the recording', async () => {
    // The vocoder's tones are 94 Hz apart.
    for (const hertz of [375, 750, 1500]) {
      const { samples, sample_rate } = await speak(await tones([2, hertz]))
      expect(Math.abs(pitchOf(samples, sample_rate) - hertz), `${hertz} Hz`).toBeLessThan(60)
    }
  })

  it('speaks slower and softer', async () => {
    const sound = await tones([2, 750])
    const [own, slow] = [await speak(sound, { text: 'Tea' }), await speak(sound, { text: 'Tea', speed: 0.5 })]
    expect(slow.seconds / own.seconds).toBeCloseTo(2, 0)
    const soft = await speak(sound, { text: 'Tea', gain_db: -6 })
    const peak = (samples: Float32Array) => samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0)
    expect(peak(soft.samples) / peak(own.samples)).toBeCloseTo(10 ** (-6 / 20), 2)
  })

  it('is refused without consent, and where the recording cannot be used', async () => {
    const good = await tones([2, 750])
    const refused = (recording: Uint8Array, input: object = {}) => expect(speak(recording, input)).rejects
    for (const consent of [undefined, false, 'yes']) {
      await refused(good, { consent }).toMatchObject({ code: 'invalid-input', path: ['consent'] })
    }
    await refused(good, { reference_text: '...' }).toMatchObject({ path: ['reference_text'] })
    await refused(await tones([0.9, 750])).toThrow('shorter than 1 second')
    await refused(await tones([31, 750])).toThrow('longer than 30 seconds')
    await refused(await tones([3, 0])).toMatchObject({
      path: ['reference'],
      message: expect.stringContaining('silent'),
    })
    await refused(good, { text: '你好' }).toMatchObject({ code: 'invalid-input' })
    await refused(good, { reference_text: '早' }).toMatchObject({ code: 'invalid-input' })
  })
})

describe('a folder', () => {
  const opened = () => load(folder.checkpoint, placement)
  const broken = (text: string) => ({ code: 'model-broken', message: expect.stringContaining(text) })

  it('is refused for what is missing or wrong, and the process lives', async () => {
    await folder.say('decoder.int8.onnx', 'hop_length', '0')
    await expect(opened()).rejects.toMatchObject(broken('decoder.int8.onnx is not as it should be: hop_length'))
    await folder.restore('decoder.int8.onnx')
    await rm(folder.path('encoder.int8.onnx'))
    await expect(opened()).rejects.toMatchObject(broken('the encoder is missing'))
    await folder.restore('encoder.int8.onnx')
    await writeFile(folder.path('tokens.txt'), 'a 1\n')
    await expect(opened()).rejects.toMatchObject(broken('no blank'))
    await folder.restore('tokens.txt')
    await (await opened()).dispose()
  })

  it('is known by its files', async () => {
    const view = (...paths: string[]) => ({
      files: paths.map(path => ({ path, bytes: 1 })),
      json: async () => undefined,
    })
    const files = ['encoder.int8.onnx', 'decoder.int8.onnx', 'vocos_24khz.onnx', 'tokens.txt', 'lexicon.txt']
    expect(await family.describe?.(view(...files))).toMatchObject({ title: 'ZipVoice', tasks: [task.id] })
    expect(await family.describe?.(view(...files.slice(0, 2), 'joiner.int8.onnx', 'tokens.txt'))).toBeUndefined()
  })
})

it('lists weights', () => {
  expect(catalogue.map(each => checkpointEntry.parse(each).id)).toContain('zipvoice-distill-zh-en')
})
