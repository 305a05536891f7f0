import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { encodeAudio } from '@hearth/media'
import { ffmpegMissing } from '@hearth/testing/ffmpeg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi } from '../api-under-test.ts'
import { readLive } from './run-order.ts'
import { storeMedia, toReference } from './store-media.ts'

let api: ApiUnderTest
let wav: Uint8Array
beforeAll(async () => {
  api = await startApi({ settings: { HEARTH_MAX_UPLOAD_MB: '1', HEARTH_MAX_VIDEO_MB: '2' } })
  wav = await recorded(0.5)
})
afterAll(() => api.stop())

const ffmpeg = promisify(execFile)
async function recorded(seconds: number): Promise<Uint8Array> {
  const encoder = encodeAudio({ format: 'wav', sampleRate: 16_000 })
  await encoder.write(Float32Array.from({ length: seconds * 16_000 }, (_, n) => Math.sin(n / 10) / 2))
  return encoder.end()
}

async function send(bytes: Uint8Array) {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(bytes)]), 'x')
  const answer = await api.ask('/api/v1/uploads', { method: 'POST', body: form })
  return { status: answer.status, body: await answer.json() }
}

const dataUrl = (bytes: Uint8Array) => `data:audio/webm;codecs=opus;base64,${Buffer.from(bytes).toString('base64')}`
const mimeOf = async (id: string) => (await api.ask(`/api/v1/uploads/${id}`)).headers.get('content-type')

describe('sound', () => {
  it('is taken in any form, by its content and not by what it is called', async () => {
    const { deps, owner } = api
    const { status, body } = await send(wav)
    expect([status, body]).toMatchObject([201, { mime: 'audio/wav', width: null, height: null, bytes: wav.length }])
    expect(await toReference(deps, owner, 'audio', `upload:${body.id}`)).toBe(`upload:${body.id}`)
    for (const media of [wav, dataUrl(wav), new File([new Uint8Array(wav)], 'x.png', { type: 'image/png' })]) {
      expect(Buffer.from(await readLive(deps, owner, 'audio', media)).equals(wav)).toBe(true)
      expect(await mimeOf((await toReference(deps, owner, 'audio', media)).slice('upload:'.length))).toBe('audio/wav')
    }
    expect(Buffer.from(await readLive(deps, owner, 'audio', `upload:${body.id}`)).equals(wav)).toBe(true)
  })

  it('is no picture and no video, and they are no sound', async () => {
    const { deps, owner } = api
    const { id } = await storeMedia(deps, owner, 'audio', wav)
    for (const kind of ['image', 'video'] as const) {
      await expect(toReference(deps, owner, kind, `upload:${id}`)).rejects.toThrow('is audio/wav')
    }
    const other = { code: 'unsupported-media', hint: expect.stringContaining('WAV') }
    for (const bytes of [
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      Buffer.from('#EXTM3U\nhttp://x/'),
      Buffer.alloc(0),
    ]) {
      await expect(toReference(deps, owner, 'audio', bytes)).rejects.toMatchObject(other)
      await expect(readLive(deps, owner, 'audio', bytes)).rejects.toMatchObject(other)
    }
    await expect(readLive(deps, await api.makeOwner('deaf'), 'audio', `upload:${id}`)).rejects.toThrow('no upload')
  })

  it('of a job may be as large as a video; of a run at once, as a body', async () => {
    const [large, larger] = [await recorded(50), await recorded(66)]
    const { body } = await send(large)
    expect(body).toMatchObject({ mime: 'audio/wav', bytes: large.length })
    const tooLarge = { code: 'too-large' }
    await expect(readLive(api.deps, api.owner, 'audio', `upload:${body.id}`)).rejects.toMatchObject(tooLarge)
    const refused = await send(larger)
    expect([refused.status, refused.body.error.code]).toEqual([413, 'too-large'])
    expect(refused.body.error.hint).toContain('HEARTH_MAX_VIDEO_MB')
  })

  it('may have a header that lies', async () => {
    const lying = Buffer.from(wav)
    for (const at of [4, 40]) lying.writeUInt32LE(0xffff_fff0, at)
    expect((await send(lying)).status).toBe(201)
    // No channels, a rate of nothing, a chunk without an end: not plain, and ffmpeg finds nothing in it.
    for (const at of [16, 22, 24]) {
      const broken = Buffer.from(wav)
      broken.writeUInt16LE(at === 16 ? 0xffff : 0, at)
      expect((await send(broken)).status).toBe(ffmpegMissing === undefined ? 422 : 503)
    }
  })
})

describe.skipIf(ffmpegMissing !== undefined)('a file that may hold a picture or none', () => {
  const make = async (name: string, ...args: string[]) => {
    const path = join(api.data, name)
    await ffmpeg('ffmpeg', ['-v', 'error', '-y', ...args, path])
    return readFile(path)
  }
  const tone = ['-f', 'lavfi', '-i', 'sine=duration=1']
  const film = ['-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=10:duration=1']

  it('is what is in it', async () => {
    const { deps, owner } = api
    expect((await send(await make('tone.webm', ...tone))).body.mime).toBe('audio/webm')
    expect((await send(await make('tone.mp4', ...tone))).body.mime).toBe('audio/mp4')
    const both = await send(await make('film.mp4', ...film, ...tone))
    expect(both.body).toMatchObject({ mime: 'video/mp4', width: 64, height: 48 })
    // It is taken for its pictures and for its sound.
    const reference = `upload:${both.body.id}`
    for (const kind of ['audio', 'video'] as const)
      expect(await toReference(deps, owner, kind, reference)).toBe(reference)
  })

  it('without sound is refused where sound is wanted', async () => {
    const silent = await make('silent.mp4', ...film)
    expect((await send(silent)).status).toBe(201)
    const refusal = { code: 'invalid-input', message: expect.stringContaining('no sound') }
    await expect(toReference(api.deps, api.owner, 'audio', silent)).rejects.toMatchObject(refusal)
  })
})

describe('speech in it', () => {
  let spoken: Uint8Array
  let wanted: object
  beforeAll(async () => {
    await api.startWorker()
    spoken = await readFile(
      join(import.meta.dirname, '../../../../packages/speech/src/families/silero-vad/golden/speech.wav'),
    )
    const seconds = (spoken.length - 44) / 32_000
    wanted = { seconds, segments: expect.arrayContaining([{ start: expect.any(Number), end: expect.any(Number) }]) }
  }, 60_000)

  const run = async (body: unknown) => (await api.post('/api/v1/tasks/detect-speech/run', body)).json()

  it('is found at once, however the sound is sent', async () => {
    const { body } = await send(spoken)
    for (const audio of [dataUrl(spoken), `upload:${body.id}`]) {
      const answer = await run({ input: { audio } })
      expect(answer.output).toMatchObject(wanted)
      expect(answer.output.segments).toHaveLength(3)
    }
    const form = new FormData()
    form.append('audio', new Blob([new Uint8Array(spoken)]), 'x.wav')
    form.append('min_silence_duration_ms', '2000')
    const answer = await api.ask('/api/v1/tasks/detect-speech/run', { method: 'POST', body: form })
    expect((await answer.json()).output.segments).toHaveLength(1)
  }, 60_000)

  it('is found by a job', async () => {
    const ordered = await api.post('/api/v1/tasks/detect-speech/jobs?wait=50', { input: { audio: dataUrl(spoken) } })
    expect(await ordered.json()).toMatchObject({ state: 'succeeded', output: wanted })
  }, 60_000)

  it('is not looked for in what is none', async () => {
    const { error } = await run({ input: { audio: dataUrl(Buffer.from('hello')) } })
    expect(error).toMatchObject({ code: 'unsupported-media', path: ['audio'] })
  })
})
