import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkpointEntry, execute, type Model } from '@hearth/contract'
import { encodeAudio, resampleAudio } from '@hearth/media'
import { executorSuite, fakeContext } from '@hearth/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Tone, type ToyFolder, tones, toyFolder } from '../../sherpa/toy-folder-under-test.ts'
import { task as synthesise } from '../../synthesise-speech/spec.ts'
import { task } from '../../transcribe/spec.ts'
import { load as loadVoice } from '../piper/load.ts'
import { starterVoice } from '../piper/starter-under-test.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'
import { load } from './load.ts'

const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const
const folder: ToyFolder = await toyFolder(family, join(import.meta.dirname, 'golden'))
const audio = 'upload:recording'
afterAll(() => folder.remove())

/** For the weights of scripts/golden/tiny_listener.py these are two words. */
const [low, high] = [400, 2000]
const told: Tone[] = [
  [0.5, 0],
  [0.5, low],
  [0.3, 0],
  [0.5, high],
  [0.4, 0],
  [0.6, low],
]

executorSuite('sherpa-listener, transcribe', {
  load,
  checkpoint: folder.checkpoint,
  family,
  task,
  input: { audio, vad_filter: false, formats: ['srt', 'json'] },
  longInput: { audio, vad_filter: false },
  references: { [audio]: await tones(...told) },
})

describe('a recording', () => {
  let model: Model
  beforeAll(async () => {
    model = await load(folder.checkpoint, placement)
  })
  afterAll(() => model.dispose())

  const hear = async (bytes: Uint8Array, some: object = {}) => {
    const context = fakeContext({ references: { [audio]: bytes } })
    const transcript = task.output.parse(await execute(model, task, { audio, ...some }, context))
    expect(context.chunks).toEqual(transcript.segments.map(segment => ({ segment })))
    return { transcript, context }
  }

  it('is written down, with words and their times', async () => {
    const { transcript, context } = await hear(await tones(...told), {
      vad_filter: false,
      word_timestamps: true,
      formats: ['txt', 'txt'],
    })
    expect(transcript).toMatchObject({ text: 'low high low', language: 'en', seconds: 2.8 })
    expect(transcript.segments).toMatchObject([{ id: 0, start: 0, end: 2.8, text: ' low high low' }])
    const words = transcript.segments[0]?.words ?? []
    expect(words.map(({ word }) => word)).toEqual([' low', ' high', ' low'])
    // A window of the model is 60 ms long.
    for (const [at, start] of [0.5, 1.3, 2.2].entries()) {
      expect(Math.abs((words[at]?.start ?? 0) - start)).toBeLessThan(0.07)
    }
    expect(words.at(-1)?.end).toBe(2.8)
    expect(context.files.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()])).toEqual([
      ['transcript.txt', 'low high low\n'],
    ])
  })

  it('that is longer than a piece is cut where it is quiet', async () => {
    const parts: Tone[] = Array.from({ length: 12 }, (_, at) => [
      [4.7, at % 2 === 0 ? low : high] as const,
      [0.3, 0] as const,
    ]).flat()
    const { transcript } = await hear(await tones(...parts), { vad_filter: false })
    expect(transcript.text).toBe('low high '.repeat(6).trim())
    expect(transcript.segments.length).toBeGreaterThan(2)
    for (const { start, end } of transcript.segments) {
      expect(end - start).toBeLessThanOrEqual(28)
      // Tones begin every five seconds, and it is quiet before.
      if (start > 0) expect(5 - (start % 5)).toBeLessThan(0.3)
    }
  })

  it('is in the language that is asked for, or is refused', async () => {
    const sound = await tones(...told)
    expect((await hear(sound, { vad_filter: false, language: 'zh' })).transcript.language).toBe('zh')
    expect((await hear(sound, { vad_filter: false })).transcript.language).toBe('en')
    const hint = expect.stringContaining('zh, en, ja, ko, yue')
    await expect(hear(sound, { language: 'de' })).rejects.toMatchObject({ code: 'invalid-input', hint })
  })

  it('of a moment, of silence and of tones has no words where only speech is listened to', async () => {
    for (const parts of [[[0.03, low]], [[4, 0]], told] satisfies Tone[][]) {
      const { transcript } = await hear(await tones(...parts))
      expect(transcript).toMatchObject({ text: '', segments: [], speech_seconds: 0, language: 'und' })
    }
    expect((await hear(await tones([0.03, low]), { vad_filter: false })).transcript.segments.length).toBeLessThan(2)
  })

  it('with pauses has a piece for each of what is said between them', { timeout: 60_000 }, async () => {
    const { sound, starts } = await spokenWithPauses(['Good morning.', 'How are you today?'], 1.5)
    const { transcript } = await hear(sound)
    const { speech_seconds = 0, seconds } = transcript
    expect(speech_seconds).toBeGreaterThan(0.8)
    expect(speech_seconds).toBeLessThan(seconds - 1)
    // What these weights make of a voice is no matter; when it is said is.
    expect(transcript.segments).toHaveLength(2)
    for (const [at, { start, end }] of transcript.segments.entries()) {
      expect(Math.abs(start - (starts[at] ?? 0))).toBeLessThan(0.3)
      expect(end).toBeLessThan((starts[at + 1] ?? seconds) - 1)
    }
  })
})

/** Sentences of the starter's voice with silence before each and after the last. */
async function spokenWithPauses(sentences: string[], pause: number) {
  const voice = await loadVoice(await starterVoice(), placement)
  const encoder = encodeAudio({ format: 'wav', sampleRate: 16_000 })
  const starts: number[] = []
  let length = 0
  const write = async (samples: Float32Array) => {
    await encoder.write(samples)
    length += samples.length
  }
  for (const text of sentences) {
    const context = fakeContext()
    await execute(voice, synthesise, { text, format: 'pcm' }, context)
    const bytes = Buffer.from(context.files[0]?.bytes ?? [])
    const said = Float32Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(2 * at) / 32_768)
    await write(new Float32Array(pause * 16_000))
    starts.push(length / 16_000)
    await write(resampleAudio(said, 22_050, 16_000))
  }
  await write(new Float32Array(pause * 16_000))
  return { sound: await encoder.end(), starts }
}

describe('weights', () => {
  const opened = () => load(folder.checkpoint, placement)
  const broken = (text: string) => ({ code: 'model-broken', message: expect.stringContaining(text) })

  it('are refused for what is missing or wrong, and the process lives', async () => {
    for (const [key, value] of [
      ['vocab_size', ''],
      ['lang_ja', 'x'],
      ['neg_mean', '1,2,x'],
    ] as const) {
      await folder.say('model.onnx', key, value)
      await expect(opened()).rejects.toMatchObject(broken(`model.onnx is not as it should be: ${key}`))
    }
    await folder.say('model.onnx', 'lfr_window_size', '5')
    await expect(opened()).rejects.toMatchObject(broken('do not fit lfr_window_size'))
    await folder.restore('model.onnx')
    await writeFile(folder.path('tokens.txt'), '<blank> 0\n▁low 1\n')
    await expect(opened()).rejects.toMatchObject(broken('tokens.txt has 2 tokens, where the model wants 9'))
    await writeFile(folder.path('tokens.txt'), 'no number\n')
    await expect(opened()).rejects.toMatchObject(broken('line 1'))
    await rm(folder.path('tokens.txt'))
    await expect(opened()).rejects.toMatchObject(broken('tokens.txt is missing'))
    await folder.restore('tokens.txt')
    await (await opened()).dispose()
  })

  it('of each kind are known by their files', async () => {
    const titleOf = async (...paths: string[]) =>
      (
        await family.describe?.({
          files: paths.map(path => ({ path, bytes: 1 })),
          json: async () => undefined,
        })
      )?.title
    const transducer = ['encoder.int8.onnx', 'decoder.int8.onnx', 'joiner.int8.onnx', 'tokens.txt']
    expect(await titleOf(...transducer)).toBe('Transducer')
    expect(await titleOf(...transducer.slice(0, 2), 'tokens.txt', 'lexicon.txt', 'vocos_24khz.onnx')).toBeUndefined()
    expect(await titleOf('tiny.en-encoder.int8.onnx', 'tiny.en-decoder.int8.onnx', 'tiny.en-tokens.txt')).toBe(
      'Whisper (sherpa-onnx)',
    )
    const moonshine = ['preprocess.onnx', 'encode.int8.onnx', 'uncached_decode.int8.onnx', 'cached_decode.int8.onnx']
    expect(await titleOf(...moonshine, 'tokens.txt')).toBe('Moonshine')
    expect(await titleOf('model.int8.onnx', 'tokens.txt')).toBe('Speech to text')
    expect(await titleOf('model.onnx', 'tokens.txt', 'voices.bin')).toBeUndefined()
    expect(await titleOf('model.onnx', 'labels.txt')).toBeUndefined()
  })
})

it('lists weights', () => {
  const ids = catalogue.map(each => checkpointEntry.parse(each).id)
  expect(ids).toEqual(['sense-voice-small', 'paraformer-zh', 'parakeet-tdt-0.6b-v2', 'moonshine-tiny-en'])
})
