import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, type Model } from '@hearth/contract'
import { executorSuite, fakeContext } from '@hearth/testing'
import { ffmpegMissing } from '@hearth/testing/ffmpeg'
import { pythonEnvironment } from '@hearth/testing/python-environment'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { task as transcribe } from '../../transcribe/spec.ts'
import type { TranscriptChunk } from '../../transcript-fields.ts'
import { task as translateSpeech } from '../../translate-speech/spec.ts'
import { encoded, silentWave, spoken } from './clips-under-test.ts'
import { family } from './family.ts'
import { load } from './load.ts'
import { englishWhisper, manyTongues } from './starter-under-test.ts'
import { tongues } from './tongues-under-test.ts'

const missing = await pythonEnvironment('speech')
const others = await tongues()
const [english, many, [meeting]] = await Promise.all([
  englishWhisper(),
  manyTongues(),
  spoken(['Good morning. We will meet at the station at nine. Please bring your ticket, and do not be late.']),
])
if (!meeting) throw new Error('expected a clip')
const placement = { device: 'cpu', deviceIndex: 0, threads: 2 } as const
const input = { audio: 'upload:meeting-clip' }

describe.skipIf(missing)('faster-whisper', () => {
  executorSuite('faster-whisper, transcribe', {
    load,
    checkpoint: english,
    family,
    task: transcribe,
    input,
    references: { 'upload:meeting-clip': meeting },
    placement,
    timeout: 120_000,
  })
})

describe.skipIf(missing)('Whisper for English', () => {
  let model: Model
  beforeAll(async () => {
    model = await load(english, placement)
  })
  afterAll(() => model.dispose())
  const hear = async (audio: Uint8Array, more: object = {}) => {
    const context = fakeContext({ references: { 'upload:the-clip': audio } })
    const output = transcribe.output.parse(
      await execute(model, transcribe, { audio: 'upload:the-clip', ...more }, context),
    )
    return { output, context }
  }

  it('writes down what is said, each segment as soon as it is written', async () => {
    const { output, context } = await hear(meeting, { word_timestamps: true, formats: ['srt', 'txt', 'srt'] })
    expect(output.text).toMatch(/^Good morning\..* meet at the station at (nine|9)\. Please bring your ticket/)
    expect(output.text).toBe(
      output.segments
        .map(({ text }) => text)
        .join('')
        .trim(),
    )
    expect((context.chunks as TranscriptChunk[]).map(({ segment }) => segment)).toEqual(output.segments)
    expect(output.segments.map(({ id }) => id)).toEqual(output.segments.map((_, index) => index))
    const words = output.segments.flatMap(segment => segment.words ?? [])
    expect(words.length).toBeGreaterThan(15)
    for (const [index, { start, end }] of words.entries()) {
      expect(end).toBeGreaterThanOrEqual(start)
      expect(start).toBeGreaterThanOrEqual(words[index - 1]?.start ?? 0)
    }
    expect(output.files.map(({ name }) => name)).toEqual(['transcript.srt', 'transcript.txt'])
    expect(context.steps.at(-1)?.total).toBeCloseTo(output.seconds, 2)
  })

  it('spells as the prompt does', async () => {
    const [clip = meeting] = await spoken(['Hearth turns a sentence into a picture.'])
    expect((await hear(clip, { prompt: 'Hearth is a program. Hearth is free.' })).output.text).toContain('Hearth')
  })

  it('writes nothing where nobody speaks', async () => {
    const { output } = await hear(silentWave(3))
    expect(output).toMatchObject({ text: '', segments: [], seconds: 3, speech_seconds: 0 })
  })

  it('refuses what it cannot understand', async () => {
    const clip = (audio: Uint8Array, more?: object) => expect(hear(audio, more)).rejects
    await clip(meeting, { language: 'zh' }).toMatchObject({ code: 'invalid-input', path: ['language'] })
    await clip(Buffer.from('no sound at all')).toMatchObject({ code: 'unsupported-media', path: ['audio'] })
    await clip(Buffer.alloc(0)).toMatchObject({ code: 'unsupported-media' })
    await clip(meeting.subarray(0, 44)).toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/no sound/),
    })
    // A playlist could otherwise have other files of the machine read.
    await clip(Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n')).toMatchObject({ code: 'unsupported-media' })
    const context = fakeContext({ references: { 'upload:the-clip': meeting } })
    const translated = execute(model, translateSpeech, { audio: 'upload:the-clip' }, context)
    await expect(translated).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/English only/),
    })
  })

  it.skipIf(ffmpegMissing)('hears through every container', async () => {
    const plain = (await hear(meeting)).output
    for (const kind of ['mp3', 'ogg', 'm4a', 'webm', 'mp4'] as const) {
      const { output } = await hear(await encoded(meeting, kind))
      expect(output.seconds).toBeCloseTo(plain.seconds, 0)
      expect(output.text).toMatch(/meet at the station at (nine|9)\. Please bring your ticket/)
    }
    await expect(hear(await encoded(meeting, 'silent film'))).rejects.toMatchObject({ code: 'unsupported-media' })
  })
})

describe.skipIf(missing)('Whisper for many languages', () => {
  let model: Model
  beforeAll(async () => {
    model = await load(many, placement)
  })
  afterAll(() => model.dispose())
  const run = (task: typeof transcribe | typeof translateSpeech, audio: Uint8Array, more: object = {}) =>
    execute(
      model,
      task,
      { audio: 'upload:the-clip', ...more },
      fakeContext({ references: { 'upload:the-clip': audio } }),
    )
  const hear = async (audio: Uint8Array, more?: object) => transcribe.output.parse(await run(transcribe, audio, more))
  const translate = async (audio: Uint8Array) => translateSpeech.output.parse(await run(translateSpeech, audio))

  it('tells the language, and how sure it is', async () => {
    const output = await hear(meeting)
    expect(output.language).toBe('en')
    expect(output.language_probability).toBeGreaterThan(0.9)
    expect(await hear(meeting, { language: 'en' })).not.toHaveProperty('language_probability')
    await expect(hear(meeting, { language: 'xx' })).rejects.toMatchObject({
      path: ['language'],
      hint: expect.stringMatching(/yue|zh/),
    })
  })

  it.skipIf(typeof others === 'string')('writes down other languages, and puts them into English', async () => {
    if (typeof others === 'string') throw new Error(others)
    const german = await others.say('de', 'Guten Morgen. Das Wetter ist heute sehr schön, und wir gehen in den Park.')
    expect(await hear(german)).toMatchObject({
      language: 'de',
      text: expect.stringMatching(/^Guten Morgen.*wir gehen in den Park\.$/),
    })
    expect(await translate(german)).toMatchObject({
      language: 'de',
      text: expect.stringMatching(/^Good morning.*we are going to the park\.$/),
    })
    const mandarin = await others.say('cmn', '一，二，三，四，五，六，七，八，九，十。')
    const { text } = await hear(mandarin, { language: 'zh' })
    const digits = '一二三四五六七八九'
    expect(
      text.replace(/[一二三四五六七八九]/g, digit => String(digits.indexOf(digit) + 1)).replace(/十/, '10'),
    ).toMatch(/1\D*2\D*3\D*4\D*5\D*6\D*7\D*8\D*9\D*10/)
  })
})

describe.skipIf(missing)('a folder with something else', () => {
  let dir: string
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hearth-whisper-test-'))
    for (const name of ['config.json', 'tokenizer.json']) await symlink(join(english.dir, name), join(dir, name))
  })
  afterAll(() => rm(dir, { recursive: true }))
  const opened = () => expect(load({ ...english, dir }, placement)).rejects

  it('is refused, and nothing is looked for on the network', async () => {
    await opened().toMatchObject({ code: 'model-broken', message: expect.stringContaining('model.bin is missing') })
    await writeFile(join(dir, 'model.bin'), 'PK\u0003\u0004 a pickle of the same name')
    await opened().toMatchObject({
      code: 'model-broken',
      message: expect.stringMatching(/no Whisper model of CTranslate2/),
    })
    await writeFile(join(dir, 'model.bin'), (await readFile(join(english.dir, 'model.bin'))).subarray(0, 100_000))
    await opened().toMatchObject({ code: 'model-broken', hint: expect.stringMatching(/pull it again/) })
    await rm(join(dir, 'tokenizer.json'))
    await opened().toThrow(/tokenizer\.json is missing/)
  })

  it('says what to do where the environment is missing', async () => {
    vi.stubEnv('HEARTH_DATA', dir)
    await opened().toMatchObject({ code: 'unavailable', hint: 'Run `hearth setup speech`.' })
    vi.unstubAllEnvs()
  })
})

describe('a folder with Whisper', () => {
  const json = { lang_ids: [50259], suppress_ids: [1], suppress_ids_begin: [220, 50257] }
  const paths = ['config.json', 'model.bin', 'tokenizer.json']
  const describeFolder = (found: unknown, files = paths) =>
    family.describe?.({ files: files.map(path => ({ path, bytes: 1 })), json: async () => found })

  it('is known by its files, and English by its vocabulary', async () => {
    expect(await describeFolder(json)).toMatchObject({ tasks: ['transcribe', 'translate-speech'] })
    const alone = { ...json, suppress_ids_begin: [220, 50256] }
    expect(await describeFolder(alone)).toMatchObject({ tasks: ['transcribe'], languages: ['en'] })
    expect(await describeFolder(json, ['config.json', 'model.bin'])).toBeUndefined()
    expect(await describeFolder({ model_type: 'bert' })).toBeUndefined()
  })
})
