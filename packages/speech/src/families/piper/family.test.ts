import { copyFile, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execute } from '@hearth/contract'
import { executorSuite, fakeContext } from '@hearth/testing'
import { ffmpegMissing } from '@hearth/testing/ffmpeg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type Chunk, task } from '../../synthesise-speech/spec.ts'
import { family } from './family.ts'
import { fundamental } from './fundamental-under-test.ts'
import { load } from './load.ts'
import { starterVoice } from './starter-under-test.ts'

const checkpoint = await starterVoice()
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const
const three = 'Good morning. Are you well? I am glad to hear it.'

executorSuite('piper, synthesise-speech', {
  load,
  checkpoint,
  family,
  task,
  input: { text: three },
  longInput: { text: `${three} ${three}` },
  timeout: 60_000,
})

describe('a voice', () => {
  let model: Awaited<ReturnType<typeof load>>
  beforeAll(async () => {
    model = await load(checkpoint, placement)
  }, 60_000)
  afterAll(() => model.dispose())

  const speak = async (input: object) => {
    const context = fakeContext()
    const output = task.output.parse(await execute(model, task, input, context))
    const [file] = context.files
    if (!file) throw new Error('expected a file')
    return { output, file: Buffer.from(file.bytes), chunks: context.chunks as Chunk[], steps: context.steps }
  }
  const samplesOf = (pcm: Buffer) => Float32Array.from({ length: pcm.length / 2 }, (_, at) => pcm.readInt16LE(2 * at))

  it('speaks: sound of the length, rate and loudness of speech', async () => {
    const { output, file } = await speak({ text: 'Hello there, how are you today?' })
    expect(output).toMatchObject({
      sample_rate: 22_050,
      sentences: 1,
      audio: { name: 'speech.wav', mime: 'audio/wav' },
    })
    expect(output.seconds).toBeGreaterThan(1)
    expect(output.seconds).toBeLessThan(4)
    expect(file.length).toBe(44 + 2 * Math.round(output.seconds * 22_050))
    const samples = samplesOf(file.subarray(44))
    const loud = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length) / 32_768
    expect(loud).toBeGreaterThan(0.02)
    expect(loud).toBeLessThan(0.3)
  })

  it('says a sentence alike wherever it stands', async () => {
    const alone = samplesOf((await speak({ text: 'Are you well?', format: 'pcm' })).file)
    const among = samplesOf((await speak({ text: three, format: 'pcm' })).file)
    const first = samplesOf((await speak({ text: 'Good morning.', format: 'pcm' })).file)
    const from = first.length + Math.round(0.3 * 22_050)
    expect(among.subarray(from, from + alone.length)).toEqual(alone)
  })

  it('does not click between sentences', async () => {
    const samples = samplesOf((await speak({ text: three, format: 'pcm' })).file)
    const jump = (at: number) => Math.abs((samples[at + 1] ?? 0) - (samples[at] ?? 0))
    const [pause, seams] = [Math.round(0.3 * 22_050), [] as number[]]
    let zeros = 0
    for (const [at, sample] of samples.entries()) {
      if (sample !== 0 && zeros >= pause) seams.push(at - zeros - 1, at - 1)
      zeros = sample === 0 ? zeros + 1 : 0
    }
    const largest = [...samples.keys()].reduce((most, at) => Math.max(most, jump(at)), 0)
    expect(seams).toHaveLength(4)
    for (const seam of seams) expect(jump(seam)).toBeLessThan(8)
    expect(largest).toBeGreaterThan(1000)
    expect([samples[0], samples.at(-1)]).toEqual([0, 0])
  })

  it('speaks faster and slower', async () => {
    const seconds = async (speed: number) => (await speak({ text: three, speed })).output.seconds
    const [half, one, twice] = [await seconds(0.5), await seconds(1), await seconds(2)]
    expect(half / one).toBeCloseTo(2, 0)
    expect(one / twice).toBeCloseTo(2, 0)
  })

  it('speaks higher and lower in about the same time', async () => {
    const text = 'Oh no, we all know where the yellow moon may roam.'
    const heard = async (pitch: number) => {
      const { output, file } = await speak({ text, format: 'pcm', pitch })
      return { height: fundamental(samplesOf(file), output.sample_rate), seconds: output.seconds }
    }
    const own = await heard(0)
    expect(own.height).toBeGreaterThan(70)
    expect(own.height).toBeLessThan(180)
    for (const pitch of [-5, 4, 12]) {
      const moved = await heard(pitch)
      expect(12 * Math.log2(moved.height / own.height), `${pitch} semitones`).toBeCloseTo(pitch, 0)
      // Each sound of the voice has whole frames: an octave higher they are a fifth less time.
      expect(Math.abs(moved.seconds / own.seconds - 1), `${pitch} semitones`).toBeLessThan(0.25)
    }
  })

  it('speaks louder and softer, and is cut off rather than turned over', async () => {
    const sound = async (gain_db: number) => samplesOf((await speak({ text: three, format: 'pcm', gain_db })).file)
    const [own, softer, louder] = [await sound(0), await sound(-6), await sound(10)]
    for (const [at, sample] of own.entries()) {
      expect(Math.abs((softer[at] ?? 0) - sample * 10 ** (-6 / 20))).toBeLessThan(1.01)
      const whole = sample * 10 ** (10 / 20)
      expect(Math.abs((louder[at] ?? 0) - Math.max(-32_767, Math.min(32_767, whole)))).toBeLessThan(2.1)
    }
  })

  it('gives the rate that is asked for', async () => {
    const own = await speak({ text: 'Good morning.', format: 'pcm' })
    const other = await speak({ text: 'Good morning.', format: 'pcm', sample_rate: 24_000 })
    expect(other.output.sample_rate).toBe(24_000)
    expect(other.output.seconds).toBeCloseTo(own.output.seconds, 3)
    expect(other.file.length).toBeGreaterThan(own.file.length)
  })

  it('sends the sound of each sentence before the next is spoken', async () => {
    const { file, chunks, steps } = await speak({ text: three, format: 'pcm' })
    expect(chunks.map(({ index, sentence }) => [index, sentence])).toEqual([
      [0, 'Good morning.'],
      [1, 'Are you well?'],
      [2, 'I am glad to hear it.'],
    ])
    expect(Buffer.concat(chunks.map(({ audio }) => Buffer.from(audio, 'base64')))).toEqual(file)
    expect(steps.map(({ done, total }) => [done, total])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ])
  })

  it.skipIf(ffmpegMissing)('is encoded, the pieces being the file and the same each time', async () => {
    for (const format of ['mp3', 'opus', 'aac']) {
      const { file, chunks, output } = await speak({ text: three, format })
      expect(Buffer.concat(chunks.map(({ audio }) => Buffer.from(audio, 'base64')))).toEqual(file)
      expect((await speak({ text: three, format })).output.audio).toEqual(output.audio)
    }
  })

  it('reads languages that it does not know without failing', async () => {
    const { output } = await speak({ text: '你好。Привет! 🎉 50 % of €20…' })
    expect(output.sentences).toBe(3)
  })

  it('refuses markup, emptiness and voices that it does not have', async () => {
    const bad = (input: object) => expect(speak(input)).rejects
    await bad({ text: '<speak>Hello</speak>' }).toMatchObject({ code: 'invalid-input', path: ['text'] })
    await bad({ text: 'Wait <break time="1s"/> here' }).toThrow(/SSML/)
    await bad({ text: '... 🎉' }).toThrow(/something to say/)
    await bad({ text: 'Hello', voice: 'nobody' }).toMatchObject({ code: 'invalid-input', path: ['voice'] })
    await bad({ text: 'Hello', speed: 5 }).toMatchObject({ path: ['speed'] })
    expect((await speak({ text: '3 < 5 and 7 > 2' })).output.sentences).toBe(1)
  })

  it('says what to do where ffmpeg is missing', async () => {
    vi.stubEnv('HEARTH_FFMPEG', '/nowhere/ffmpeg')
    const hint = expect.stringContaining('HEARTH_FFMPEG')
    await expect(speak({ text: three, format: 'mp3' })).rejects.toMatchObject({ code: 'unavailable', hint })
    vi.unstubAllEnvs()
  })
})

describe('a folder with a voice', () => {
  let folder: string
  const name = 'en_US-joe-medium.onnx'
  const from = (path: string) => join(checkpoint.dir, path)
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-voice-test-'))
  })
  afterAll(() => rm(folder, { recursive: true }))
  const opened = () => load({ ...checkpoint, dir: folder }, placement)

  it('is refused for what is missing or wrong, and the process lives', async () => {
    await expect(opened()).rejects.toMatchObject({ code: 'model-broken' })
    await writeFile(join(folder, name), 'not a voice')
    await expect(opened()).rejects.toThrow(/onnx\.json/)
    await copyFile(from(`${name}.json`), join(folder, `${name}.json`))
    await expect(opened()).rejects.toMatchObject({ hint: expect.stringContaining('piper-tts') })
    await symlink(from('espeak-ng-data'), join(folder, 'espeak-ng-data'))
    await expect(opened()).rejects.toThrow(/no ONNX model/)
  })

  it('is known by its files', async () => {
    const json = { audio: {}, espeak: { voice: 'de' }, phoneme_id_map: { a: [1] } }
    const view = (found: unknown) => ({ files: [{ path: 'a.onnx', bytes: 1 }], json: async () => found })
    expect(await family.describe?.(view(json))).toMatchObject({ title: 'Voice a', tasks: ['synthesise-speech'] })
    expect(await family.describe?.(view({ ...json, phoneme_type: 'pinyin' }))).toBeUndefined()
    expect(await family.describe?.(view(undefined))).toBeUndefined()
  })
})
