import { copyFile, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute, type Model } from '@hearth/contract'
import { executorSuite, fakeContext } from '@hearth/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { task as transcribe } from '../../transcribe/spec.ts'
import type { TranscriptChunk } from '../../transcript-fields.ts'
import { task as translateSpeech } from '../../translate-speech/spec.ts'
import { inTurn, silentWave, spoken } from '../faster-whisper/clips-under-test.ts'
import { family } from './family.ts'
import { englishGgml } from './ggml-under-test.ts'
import { load } from './load.ts'

const [checkpoint, clips] = await Promise.all([
  englishGgml(),
  spoken(['The quick brown fox jumps over the lazy dog.', 'Please bring your ticket to the station tomorrow morning.']),
])
const [sentence, ticket] = clips
if (!sentence || !ticket) throw new Error('expected two clips')
const placement = { device: 'cpu', deviceIndex: 0, threads: 2 } as const
const input = { audio: 'upload:the-clip' }

executorSuite('whisper.cpp, transcribe', {
  load,
  checkpoint,
  family,
  task: transcribe,
  input,
  references: { 'upload:the-clip': sentence },
  placement,
  timeout: 300_000,
})

describe('whisper.cpp', { timeout: 300_000 }, () => {
  let model: Model
  beforeAll(async () => {
    model = await load(checkpoint, placement)
  })
  afterAll(() => model.dispose())
  const hear = async (audio: Uint8Array, more: object = {}) => {
    const context = fakeContext({ references: { 'upload:the-clip': audio } })
    const output = transcribe.output.parse(await execute(model, transcribe, { ...input, ...more }, context))
    return { output, context }
  }

  it('writes down what is said, where it is said', async () => {
    const sound = inTurn([silentWaveLike(sentence, 4), sentence, silentWaveLike(sentence, 35), ticket])
    const { output, context } = await hear(sound, { formats: ['srt', 'txt'] })
    expect(output.text).toMatch(
      /^The quick brown fox jumps over the lazy dog\. Please bring your ticket to the station tomorrow morning\.$/i,
    )
    expect(output.language).toBe('en')
    expect(output.segments).toHaveLength(2)
    const [first, second] = output.segments
    expect(first?.start).toBeGreaterThan(4)
    expect(first?.end).toBeLessThan(9.5)
    expect(second?.start).toBeGreaterThan(42)
    expect(second?.end).toBeLessThanOrEqual(output.seconds)
    expect(output.speech_seconds).toBeLessThan(9)
    expect((context.chunks as TranscriptChunk[]).map(({ segment }) => segment)).toEqual(output.segments)
    expect(context.steps.at(-1)).toEqual({ done: output.seconds, total: output.seconds })
    expect(context.files.map(({ name }) => name)).toEqual(['transcript.srt', 'transcript.txt'])
  })

  it('hears the whole sound where that is asked for', async () => {
    const { output } = await hear(sentence, { vad_filter: false })
    expect(output.text).toMatch(/^The quick brown fox jumps over the lazy dog\.$/i)
    expect(output).not.toHaveProperty('speech_seconds')
  })

  it('writes nothing where nobody speaks', async () => {
    expect((await hear(silentWave(3))).output).toMatchObject({ text: '', segments: [], seconds: 3, speech_seconds: 0 })
  })

  it('refuses what it cannot do', async () => {
    const refused = (more: object) => expect(hear(sentence, more)).rejects
    await refused({ language: 'de' }).toMatchObject({ code: 'invalid-input', path: ['language'] })
    await refused({ word_timestamps: true }).toMatchObject({ code: 'invalid-input', path: ['word_timestamps'] })
    await expect(hear(Buffer.from('no sound'))).rejects.toMatchObject({ code: 'unsupported-media' })
    const context = fakeContext({ references: { 'upload:the-clip': sentence } })
    await expect(execute(model, translateSpeech, input, context)).rejects.toMatchObject({
      message: expect.stringMatching(/English only/),
    })
  })
})

describe('a folder with something else', () => {
  let dir: string
  const path = () => join(dir, 'ggml-tiny.en.bin')
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hearth-ggml-test-'))
  })
  afterAll(() => rm(dir, { recursive: true }))
  const opened = () => expect(load({ ...checkpoint, dir }, placement)).rejects

  it('is refused before whisper.cpp sees it', async () => {
    await opened().toMatchObject({ code: 'model-broken', message: expect.stringMatching(/no ggml file/) })
    await writeFile(path(), 'PK\u0003\u0004 a pickle that has taken the name'.repeat(9))
    await opened().toMatchObject({ code: 'model-broken', message: expect.stringMatching(/is no ggml file/) })
    const whole = await readFile(join(checkpoint.dir, 'ggml-tiny.en-q8_0.bin'))
    for (const length of [20, 5000, 800_000, whole.length - 1]) {
      await writeFile(path(), whole.subarray(0, length))
      await opened().toMatchObject({ code: 'model-broken', message: expect.stringMatching(/its end is missing/) })
    }
    await copyFile(join(checkpoint.dir, 'ggml-tiny.en-q8_0.bin'), path())
    const file = await open(path(), 'r+')
    await file.write(Buffer.from(Int32Array.of(32_000).buffer), 0, 4, 4)
    await file.close()
    await opened().toMatchObject({ message: expect.stringMatching(/another model than Whisper/) })
  })

  it('is known by its name', async () => {
    const described = (...paths: string[]) =>
      family.describe?.({ files: paths.map(file => ({ path: file, bytes: 1 })), json: async () => undefined })
    expect(await described('ggml-base.bin')).toMatchObject({
      tasks: ['transcribe', 'translate-speech'],
      precision: 'fp16',
    })
    expect(await described('ggml-small.en-q5_1.bin')).toMatchObject({
      tasks: ['transcribe'],
      languages: ['en'],
      precision: 'mixed',
    })
    expect(await described('ggml-large-v3-turbo-q8_0.bin')).toMatchObject({ precision: 'int8', tasks: ['transcribe'] })
    expect(await described('model.bin', 'config.json')).toBeUndefined()
  })
})

/** Silence at the rate of another WAV file. */
function silentWaveLike(wave: Uint8Array, seconds: number): Uint8Array {
  const rate = Buffer.from(wave).readUInt32LE(24)
  return Buffer.concat([Buffer.from(wave).subarray(0, 44), Buffer.alloc(2 * rate * seconds)])
}
