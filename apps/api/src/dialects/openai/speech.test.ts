import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ffmpegMissing } from '@hearth/testing/ffmpeg'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import OpenAI, { BadRequestError, NotFoundError } from 'openai'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { starterVoice } from '../../../../../packages/speech/src/families/piper/starter-under-test.ts'

const run = promisify(execFile)
let hearth: TestInstance
let client: OpenAI
let folder: string

const model = 'piper-en-us-joe-medium'
const asked = { model, voice: 'alloy', input: 'Good morning. Are you well?' } as const

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-speech-'))
  hearth = await startTestInstance({ models: [await starterVoice()] })
  client = new OpenAI({ baseURL: `${hearth.url}/v1`, apiKey: hearth.key, maxRetries: 0 })
  // The worker is linked a moment later.
  const ask = () => client.audio.speech.create({ ...asked, response_format: 'pcm' })
  await vi.waitFor(ask, { timeout: 60_000, interval: 200 })
}, 240_000)
afterAll(async () => {
  await hearth?.stop()
  await rm(folder, { recursive: true })
})

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())
const pcm = async (more: object = {}) =>
  bytesOf(await client.audio.speech.create({ ...asked, response_format: 'pcm', ...more }))

/** What a client's stream of events says. */
async function frames(more: object): Promise<{ type: string; audio?: string }[]> {
  const response = await hearth.request('/v1/audio/speech', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...asked, stream_format: 'sse', ...more }),
  })
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
  const lines = (await response.text()).split('\n').filter(line => line.startsWith('data: '))
  return lines.map(line => JSON.parse(line.slice(6)))
}

describe('speech through the openai client', () => {
  const formats = {
    mp3: ['mp3', 'audio/mpeg'],
    opus: ['opus', 'audio/ogg'],
    aac: ['aac', 'audio/aac'],
    flac: ['flac', 'audio/flac'],
    wav: ['pcm_s16le', 'audio/wav'],
  } as const
  for (const [format, [codec, mime]] of Object.entries(formats) as [keyof typeof formats, readonly string[]][]) {
    it.skipIf(ffmpegMissing)(`is ${format}`, async () => {
      const response = await client.audio.speech.create({ ...asked, response_format: format })
      expect(response.headers.get('content-type')).toBe(mime)
      const path = join(folder, `speech.${format}`)
      await writeFile(path, await bytesOf(response))
      const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'stream', '-of', 'json', path])
      const [stream] = JSON.parse(stdout).streams
      expect(stream).toMatchObject({ codec_name: codec, channels: 1 })
      const decoded = ['-v', 'error', '-i', path, '-f', 's16le', '-ar', '24000', 'pipe:1']
      const { stdout: samples } = await run('ffmpeg', decoded, { encoding: 'buffer', maxBuffer: 2 ** 26 })
      expect(Math.abs(samples.length - (await pcm()).length) / 48_000).toBeLessThan(0.15)
    })
  }

  it.skipIf(ffmpegMissing)('is MP3 where nothing else is said', async () => {
    const response = await client.audio.speech.create(asked)
    expect(response.headers.get('content-type')).toBe('audio/mpeg')
    const wanted = await client.audio.speech.create({ ...asked, response_format: 'mp3', instructions: 'Whisper.' })
    expect(await bytesOf(response)).toEqual(await bytesOf(wanted))
  })

  it('is PCM of 24,000 samples in a second, the same each time', async () => {
    const [one, two] = [await pcm(), await pcm({ voice: { id: 'nova' } })]
    expect(one.length / 48_000).toBeGreaterThan(1)
    expect(one.length / 48_000).toBeLessThan(4)
    expect(two.equals(one)).toBe(true)
  })

  it('has a speed', async () => {
    expect((await pcm()).length / (await pcm({ speed: 2 })).length).toBeCloseTo(2, 0)
  })

  it('is louder or softer, and whole where it is not to be streamed, for clients of SiliconFlow', async () => {
    const [own, softer] = [await pcm(), await pcm({ gain: -6, stream: false })]
    expect(softer.length).toBe(own.length)
    const peak = (sound: Buffer) => Math.max(...new Int16Array(Uint8Array.from(sound).buffer).map(Math.abs))
    expect(peak(own) / peak(softer)).toBeCloseTo(10 ** (6 / 20), 2)
    expect((await pcm({ sample_rate: 32_000, references: [] })).length / own.length).toBeCloseTo(4 / 3, 3)
  })

  it('is sent as it is made, and as events', async () => {
    const events = await frames({ response_format: 'pcm' })
    expect(events.map(({ type }) => type)).toEqual(['speech.audio.delta', 'speech.audio.delta', 'speech.audio.done'])
    expect(events.at(-1)).toMatchObject({ usage: { total_tokens: 0 } })
    const sound = Buffer.concat(events.map(({ audio = '' }) => Buffer.from(audio, 'base64')))
    expect(sound.equals(await pcm())).toBe(true)
  })

  it('can be left, and the next is served', async () => {
    const controller = new AbortController()
    const long = { ...asked, input: 'This goes on and on. '.repeat(100), response_format: 'pcm' } as const
    const response = await client.audio.speech.create(long, { signal: controller.signal })
    const reader = response.body?.getReader()
    expect((await reader?.read())?.value?.length).toBeGreaterThan(0)
    controller.abort()
    expect((await pcm()).length).toBeGreaterThan(0)
  })
})

describe('what is wrong', () => {
  const refused = (more: object) => expect(client.audio.speech.create({ ...asked, ...more })).rejects

  it('is told by the error classes of the client', async () => {
    await refused({ model: 'nobody/knows' }).toBeInstanceOf(NotFoundError)
    await refused({ input: 'x'.repeat(4097) }).toMatchObject({ status: 400, param: 'input' })
    await refused({ input: '' }).toBeInstanceOf(BadRequestError)
    await refused({ speed: 9 }).toMatchObject({ status: 400, param: 'speed' })
    await refused({ response_format: 'midi' }).toMatchObject({ status: 400, param: 'response_format' })
    await refused({ input: '<speak>Hello</speak>' }).toMatchObject({ status: 400, param: 'input' })
    await refused({ voice: 'somebody' }).toMatchObject({ status: 400, param: 'voice' })
    await refused({ gain: 11 }).toMatchObject({ status: 400, param: 'gain' })
    await refused({ references: [{ audio: 'a', text: 'b' }] }).toMatchObject({
      status: 400,
      param: 'references.0.audio',
    })
    await refused({ sample_rate: 7 }).toMatchObject({ status: 400, param: 'sample_rate' })
  })
})

describe('speech at the native door', () => {
  it('comes with the answer of a run, and with a job', async () => {
    const ask = (path: string) =>
      hearth.request(`/api/v1/tasks/synthesise-speech/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model, input: { text: asked.input } }),
      })
    const answer = await (await ask('run')).json()
    const sound = Buffer.from(answer.files[0].data, 'base64')
    expect(answer.files[0]).toMatchObject({ name: 'speech.wav', mime: 'audio/wav' })
    expect(sound).toHaveLength(answer.output.audio.bytes)
    const job = await (await ask('jobs?wait=60')).json()
    expect(job).toMatchObject({ state: 'succeeded', output: { audio: { sha256: answer.output.audio.sha256 } } })
  })
})
