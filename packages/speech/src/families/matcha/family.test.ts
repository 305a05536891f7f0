import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { checkpointEntry } from '@hearth/contract'
import { executorSuite } from '@hearth/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { pitchOf, spoken, type ToyFolder, toyFolder } from '../../sherpa/toy-folder-under-test.ts'
import { task } from '../../synthesise-speech/spec.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'
import { load } from './load.ts'

const golden = join(import.meta.dirname, 'golden')
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const
const folder: ToyFolder = await toyFolder(family, golden)
afterAll(() => folder.remove())

executorSuite('matcha, synthesise-speech', {
  load,
  checkpoint: folder.checkpoint,
  family,
  task,
  input: { text: '你好。早上好。' },
  longInput: { text: '你好。早上好。你好。早上好。' },
})

describe('a folder', () => {
  const opened = () => load(folder.checkpoint, placement)
  const broken = (text: string) => ({ code: 'model-broken', message: expect.stringContaining(text) })

  it('speaks: its spectra through the vocoder beside it, slower and faster', async () => {
    const model = await opened()
    const { samples, sample_rate, sentences, seconds } = await spoken(model, task, { text: '你好。' })
    expect([sample_rate, sentences]).toEqual([22_050, 1])
    expect(Math.abs(pitchOf(samples, sample_rate) - 600)).toBeLessThanOrEqual(10)
    const slow = await spoken(model, task, { text: '你好。', speed: 0.5 })
    expect(slow.seconds / seconds).toBeCloseTo(2, 0)
    await expect(spoken(model, task, { text: '你好。Привет' })).rejects.toMatchObject({
      code: 'invalid-input',
      path: ['text'],
    })
    await model.dispose()
  })

  it('is refused for what is missing or wrong, and the process lives', async () => {
    await folder.say('model-steps-3.onnx', 'jieba', '0')
    await expect(opened()).rejects.toMatchObject(broken('neither jieba nor has_espeak'))
    await folder.say('model-steps-3.onnx', 'sample_rate', '')
    await expect(opened()).rejects.toMatchObject(broken('sample_rate'))
    await folder.restore('model-steps-3.onnx')
    await folder.say('vocos-22khz-univ.onnx', 'model_type', 'something')
    await expect(opened()).rejects.toMatchObject(broken('vocos-22khz-univ.onnx is not as it should be: model_type'))
    await rm(folder.path('vocos-22khz-univ.onnx'))
    await expect(opened()).rejects.toMatchObject(broken('the vocoder'))
    await folder.restore('vocos-22khz-univ.onnx')
    await rm(folder.path('lexicon.txt'))
    await expect(opened()).rejects.toMatchObject(broken('lexicon.txt is missing'))
    await folder.restore('lexicon.txt')
    await (await opened()).dispose()
  })

  it('is known by its files', async () => {
    const view = (...paths: string[]) => ({
      files: paths.map(path => ({ path, bytes: 1 })),
      json: async () => undefined,
    })
    expect(await family.describe?.(view('model-steps-3.onnx', 'tokens.txt', 'lexicon.txt'))).toMatchObject({
      title: 'Matcha-TTS',
      languages: ['zh'],
    })
    expect(await family.describe?.(view('model.onnx', 'tokens.txt'))).toBeUndefined()
  })
})

it('lists weights', () => {
  const ids = catalogue.map(each => checkpointEntry.parse(each).id)
  expect(ids).toEqual(['matcha-zh-baker', 'matcha-en-us-ljspeech'])
})
