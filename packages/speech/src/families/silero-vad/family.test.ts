import { join } from 'node:path'
import { type Checkpoint, checkpointEntry, execute } from '@hearth/contract'
import { encodeAudio } from '@hearth/media'
import { executorSuite, fakeContext } from '@hearth/testing'
import { ffmpegMissing } from '@hearth/testing/ffmpeg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { task } from '../../detect-speech/spec.ts'
import { speechSpans } from '../../voice-activity/speech-spans.ts'
import { openVoiceModel, type VoiceModel } from '../../voice-activity/voice-model.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { clips, madeClip, settings } from './clips-under-test.ts'
import { family } from './family.ts'
import { load } from './load.ts'

const dir = join(import.meta.dirname, '../../../../../models/starter/detect-speech')
const entry = checkpointEntry.parse(catalogue[0])
const checkpoint: Checkpoint = { ...entry, family: family.id, dir, digest: 'unverified', tasks: [task.id] }
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const

const floats = (clip: Int16Array) => Float32Array.from(clip, sample => sample / 32_768)
type Settings = Parameters<typeof speechSpans>[0]
const withDefaults = (some: object): Settings => task.input.parse({ audio: 'upload:aaaaaaaa', ...some })

async function file(clip: Int16Array, format: 'wav' | 'mp3' = 'wav') {
  const encoder = encodeAudio({ format, sampleRate: 16_000 })
  // The encoder multiplies by 32,767.
  await encoder.write(Float32Array.from(clip, sample => sample / 32_767))
  return encoder.end()
}
const clipNamed = (name: string) => madeClip(clips.find(clip => clip.name === name)?.parts ?? [])

executorSuite('silero-vad, detect-speech', {
  load,
  checkpoint,
  family,
  task,
  input: { audio: 'upload:long-recording' },
  references: { 'upload:long-recording': await file(await clipNamed('long')) },
})

describe.each(clips)('$name, as the reference hears it', ({ parts, likelihoods, spans }) => {
  let model: VoiceModel
  beforeAll(async () => {
    model = await openVoiceModel(join(dir, 'model.onnx'), placement)
  })
  afterAll(() => model.dispose())

  /** However the sound comes in: all at once, or as it is spoken. */
  it.each([2 ** 30, 16_384, 1000, 160])('its likelihoods within 0.0001, in blocks of %i samples', async size => {
    const sound = floats(await madeClip(parts))
    const listener = model.listen()
    const heard: number[] = []
    for (let at = 0; at < sound.length; at += size) heard.push(...(await listener.hear(sound.subarray(at, at + size))))
    heard.push(...(await listener.end()))
    expect(heard).toHaveLength(likelihoods.length)
    const apart = heard.map((likelihood, window) => Math.abs(likelihood - (likelihoods[window] ?? Number.NaN)))
    expect(Math.max(...apart)).toBeLessThan(1e-4)
  })

  it.each(settings.map((some, at) => [JSON.stringify(some), some, at] as const))(
    'its spans with %s',
    async (_, some, at) => {
      const sound = floats(await madeClip(parts))
      const listener = model.listen()
      const finder = speechSpans(withDefaults(some))
      const found = [...(await listener.hear(sound)), ...(await listener.end())].flatMap(value => finder.hear(value))
      found.push(...finder.end(sound.length))
      expect(found.map(({ start, end }) => [start, end])).toEqual(spans[at])
    },
  )
})

describe('a recording', () => {
  let model: Awaited<ReturnType<typeof load>>
  beforeAll(async () => {
    model = await load(checkpoint, placement)
  })
  afterAll(() => model.dispose())

  const detect = async (bytes: Uint8Array, some: object = {}, memory?: Map<string, unknown>) => {
    const context = fakeContext({ references: { 'upload:recording': bytes }, ...(memory ? { memory } : {}) })
    const output = task.output.parse(await execute(model, task, { audio: 'upload:recording', ...some }, context))
    return { output, context }
  }

  it('gives each span as soon as it is closed, in seconds', async () => {
    const wanted = clips.find(({ name }) => name === 'pauses')
    const clip = await clipNamed('pauses')
    const { output, context } = await detect(await file(clip))
    const segments = (wanted?.spans[0] ?? []).map(([start = 0, end = 0]) => ({
      start: start / 16_000,
      end: end / 16_000,
    }))
    expect(segments.length).toBeGreaterThan(2)
    expect(output).toMatchObject({ segments, seconds: clip.length / 16_000 })
    expect(output.speech_seconds).toBeCloseTo(segments.reduce((sum, { start, end }) => sum + end - start, 0))
    expect(context.chunks).toEqual(segments.map(segment => ({ segment })))
    expect(context.steps.at(-1)).toEqual({ done: clip.length / 16_000, total: clip.length / 16_000 })
  })

  it('that comes piece by piece is heard as one, and what goes on is told', async () => {
    const clip = await clipNamed('pauses')
    const memory = new Map<string, unknown>()
    const segments: { start: number; end: number }[] = []
    const open: (number | null)[] = []
    const size = 1500
    for (let at = 0; at < clip.length; at += size) {
      const { output } = await detect(await file(clip.slice(at, at + size)), {}, memory)
      segments.push(...output.segments)
      open.push(output.open)
      expect(output.seconds).toBe(Math.min(clip.length, at + size) / 16_000)
    }
    const { output: whole } = await detect(await file(clip))
    expect(whole.open).toBeNull()
    // The last one ends with the file: in a stream it goes on.
    const last = open.at(-1)
    const closed = last === null ? whole.segments : whole.segments.slice(0, -1)
    expect(segments).toEqual(closed)
    for (const { start } of segments) {
      const told = open.filter(value => value !== null && Math.abs(value - start) <= 0.03 + 1e-9)
      expect(told.length).toBeGreaterThan(0)
    }
  })

  it('of a stream whose settings change goes on from there', async () => {
    const clip = await clipNamed('pauses')
    const memory = new Map<string, unknown>()
    const first = await detect(await file(clip), {}, memory)
    const second = await detect(await file(clip), { speech_pad_ms: 0 }, memory)
    expect(second.output.seconds).toBe(2 * first.output.seconds)
    expect(second.output.segments[0]?.start).toBeGreaterThan(first.output.seconds - 0.1)
    expect(second.output.segments.length).toBeGreaterThan(1)
  })

  it('of silence, of noise or too short for a voice has none', async () => {
    for (const name of ['silence', 'noise', 'short']) {
      const { output } = await detect(await file(await clipNamed(name)))
      expect(output).toMatchObject({ segments: [], speech_seconds: 0 })
    }
  })

  it.skipIf(ffmpegMissing !== undefined)('in another format is heard much the same', async () => {
    const clip = await clipNamed('pauses')
    const { output } = await detect(await file(clip, 'mp3'))
    const { output: plain } = await detect(await file(clip))
    expect(output.segments).toHaveLength(plain.segments.length)
    for (const [at, { start, end }] of output.segments.entries()) {
      expect(Math.abs(start - (plain.segments[at]?.start ?? 0))).toBeLessThan(0.15)
      expect(Math.abs(end - (plain.segments[at]?.end ?? 0))).toBeLessThan(0.15)
    }
  })

  it('that is none is refused', async () => {
    await expect(detect(Buffer.from('hello'))).rejects.toMatchObject({ code: 'unsupported-media' })
  })

  it('that is another model is refused', async () => {
    const other = { ...checkpoint, dir: join(dir, '../remove-background') }
    await expect(load(other, placement)).rejects.toMatchObject({ code: 'model-broken' })
  })
})
