import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { execute } from '@hearth/contract'
import { startSidecar, usablePython } from '@hearth/sidecar'
import { fakeContext } from '@hearth/testing'
import { pythonEnvironment } from '@hearth/testing/python-environment'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { task } from '../../transcribe/spec.ts'
import { type SpokenWord, transcriptSegment } from '../../transcript-fields.ts'
import { inTurn, spoken } from './clips-under-test.ts'
import { load } from './load.ts'
import { openWhisper } from './open-whisper.ts'
import { englishWhisper, manyTongues } from './starter-under-test.ts'

const missing = await pythonEnvironment('speech')
const [checkpoint, larger] = [await englishWhisper(), await manyTongues()]
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const

/** The library as its own README has it used. */
const plain = `
import json, sys
from faster_whisper import WhisperModel
model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8", cpu_threads=1)
found = []
for path in sys.argv[2:]:
    segments, info = model.transcribe(path, beam_size=5, vad_filter=True, word_timestamps=True)
    found.append({
        "seconds": info.duration,
        "segments": [
            {
                "start": s.start, "end": s.end, "text": s.text, "tokens": s.tokens, "seek": s.seek,
                "avg_logprob": s.avg_logprob, "compression_ratio": s.compression_ratio, "no_speech_prob": s.no_speech_prob,
                "words": [{"word": w.word, "start": w.start, "end": w.end, "probability": w.probability} for w in s.words],
            }
            for s in segments
        ],
    })
print(json.dumps(found))
`
const word = z.object({ word: z.string(), start: z.number(), end: z.number(), probability: z.number() })
const segment = z.object({
  start: z.number(),
  end: z.number(),
  text: z.string(),
  tokens: z.array(z.number()),
  seek: z.number(),
  avg_logprob: z.number(),
  compression_ratio: z.number(),
  no_speech_prob: z.number(),
  words: z.array(word),
})
const reference = z.array(z.object({ seconds: z.number(), segments: z.array(segment) }))

const texts = [
  'The quick brown fox jumps over the lazy dog.',
  'Please write down this short sentence.',
  'Good morning. Are you well? I am glad to hear it.',
  'Add three cups of flour, a pinch of salt, and half a litre of warm water.',
  'The meeting begins at ten, and the minutes are sent to everybody in the afternoon.',
  'She sells sea shells by the sea shore.',
  'In nineteen sixty nine, people walked on the moon for the first time.',
  'Turn left at the church, then take the second street on the right.',
  'It rained all night. In the morning the garden was full of birds.',
  'Could you tell me where the library is, and when it opens?',
]

describe.skipIf(missing)('against faster-whisper itself', () => {
  let folder: string
  let paths: string[]
  let clips: Uint8Array[]
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-reference-'))
    clips = await spoken(texts)
    paths = clips.map((_, index) => join(folder, `${index}.wav`))
    await Promise.all(clips.map((bytes, index) => writeFile(paths[index] ?? '', bytes)))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('ten clips give the same text, times and likelihoods', { timeout: 600_000 }, async () => {
    const python = await usablePython('speech')
    const { stdout } = await promisify(execFile)(python, ['-c', plain, checkpoint.dir, ...paths])
    const expected = reference.parse(JSON.parse(stdout))
    const model = await load(checkpoint, placement)
    for (const [index, { seconds, segments }] of expected.entries()) {
      const context = fakeContext({ references: { 'upload:the-clip': clips[index] ?? new Uint8Array() } })
      const asked = { audio: 'upload:the-clip', word_timestamps: true }
      const output = task.output.parse(await execute(model, task, asked, context))
      expect(output.seconds).toBe(seconds)
      expect(output.segments.map(({ text, tokens, seek }) => ({ text, tokens, seek }))).toEqual(
        segments.map(({ text, tokens, seek }) => ({ text, tokens, seek })),
      )
      expect(numbers(output.segments)).toHaveLength(numbers(segments).length)
      const found = numbers(output.segments)
      for (const [at, number] of numbers(segments).entries())
        expect(Math.abs((found[at] ?? 9) - number)).toBeLessThan(1e-3)
      for (const [at, { avg_logprob: likely }] of segments.entries()) {
        expect(Math.abs((output.segments[at]?.avg_logprob ?? 9) - likely)).toBeLessThan(1e-4)
      }
    }
    await model.dispose()
  })

  it('long sound in pieces is heard as in one', async () => {
    const sidecar = await startSidecar({ environment: 'speech', module: 'faster_whisper', threads: 1 })
    const device = { device: 'cpu', device_index: 0, compute_type: 'int8', threads: 1 }
    await sidecar.request('load', { folder: larger.dir, ...device }, { result: z.unknown() })
    const long = inTurn([0, 1, 8].map(index => clips[index] ?? new Uint8Array()))
    const path = join(folder, 'long.wav')
    await writeFile(path, long)
    const hear = async (more: object) => {
      const segments: z.output<typeof transcriptSegment>[] = []
      const steps: number[] = []
      const params = { path, task: 'transcribe', prompt: '', temperature: 0, beam_size: 5 }
      const { seconds } = await sidecar.request(
        'transcribe',
        { ...params, vad_filter: true, word_timestamps: true, language: 'en', ...more },
        {
          result: z.object({ seconds: z.number() }),
          progress: done => void steps.push(done),
          chunk: value => void segments.push(transcriptSegment.parse(value)),
        },
      )
      return { seconds, segments, steps }
    }
    const whole = await hear({})
    const pieces = await hear({ longest: 7 * 16_000 })
    await sidecar.end()
    const letters = (from: typeof whole) =>
      from.segments
        .map(({ text }) => text)
        .join('')
        .toLowerCase()
        .replace(/\W/g, '')
    expect(pieces.seconds).toBe(whole.seconds)
    expect(letters(pieces)).toBe(letters(whole))
    expect(pieces.steps).toEqual(pieces.steps.toSorted((a, b) => a - b))
    expect(pieces.segments.map(({ id }) => id)).toEqual(pieces.segments.map((_, index) => index))
    expect(pieces.segments.at(-1)?.seek).toBeGreaterThan(400)
    expect(Math.abs((pieces.segments.at(-1)?.end ?? 0) - (whole.segments.at(-1)?.end ?? 9))).toBeLessThan(0.5)
  })

  it('a process that died is started anew', async () => {
    const whisper = await openWhisper(checkpoint, placement)
    const first = await whisper.sidecar()
    const params = { path: paths[0], task: 'transcribe', prompt: '', temperature: 0, beam_size: 1 }
    const asked = { ...params, vad_filter: true, word_timestamps: false }
    const died = first.request('transcribe', asked, { result: z.unknown() })
    process.kill(first.pid ?? 0, 'SIGKILL')
    await expect(died).rejects.toMatchObject({ code: 'engine-crashed', message: expect.stringContaining('SIGKILL') })
    const second = await whisper.sidecar()
    expect(second.pid).not.toBe(first.pid)
    expect(await whisper.sidecar()).toBe(second)
    expect(whisper.bytes()).toBeGreaterThan(100 * 2 ** 20)
    await whisper.close()
  })
})

const numbers = (segments: readonly { start: number; end: number; words?: SpokenWord[] | undefined }[]) =>
  segments.flatMap(({ start, end, words = [] }) => [
    start,
    end,
    ...words.flatMap(word => [word.start, word.end, word.probability ?? Number.NaN]),
  ])
