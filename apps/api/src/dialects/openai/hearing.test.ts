import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import { placePython, pythonEnvironment } from '@hearth/testing/python-environment'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { englishWhisper } from '../../../../../packages/speech/src/families/faster-whisper/starter-under-test.ts'
import { starterVoice } from '../../../../../packages/speech/src/families/piper/starter-under-test.ts'
import { failure } from './failure-under-test.ts'

const missing = await pythonEnvironment('speech')
let hearth: TestInstance
let client: OpenAI
let data: string
let sound: Buffer
let long: Buffer

const text = 'Good morning. It is time for tea.'
/** More than two windows of Whisper. */
const tale = `
  The station was empty when the last train came in. A man with a green umbrella stepped down and looked at the clock.
  Nobody had told him that the hotel was closed in winter. He walked along the river, past the bakery and the old school,
  and counted the windows in which there was still light. In the third house a child was playing the piano.
  Somewhere behind the church a dog barked twice. He thought of his sister, who had moved to the south years ago,
  and of the letter that he had never answered. The snow began to fall again, slowly at first, then thick and quiet.
  At the bridge he met a woman who was pushing a bicycle. She asked whether he had lost his way.
  He laughed, and said that he had not had one to begin with. Then they walked back together, because her brother
  kept a small inn near the harbour, with four rooms, a stove, and soup for everybody who came in from the cold.`

describe.skipIf(missing)('a voice and a Whisper through the openai client', () => {
  beforeAll(async () => {
    data = await mkdtemp(join(tmpdir(), 'hearth-hearing-'))
    await placePython(data)
    hearth = await startTestInstance({ data, models: [await starterVoice(), await englishWhisper()] })
    client = new OpenAI({ baseURL: `${hearth.url}/v1`, apiKey: hearth.key, maxRetries: 0 })
    const speak = async (input: string) => {
      const said = { model: 'piper-en-us-joe-medium', voice: 'alloy', input, response_format: 'wav' } as const
      return Buffer.from(await (await client.audio.speech.create(said)).arrayBuffer())
    }
    // The worker is linked a moment later.
    sound = await vi.waitFor(() => speak(text), { timeout: 60_000, interval: 200 })
    long = await speak(tale)
  }, 240_000)
  afterAll(async () => {
    await hearth?.stop()
    await rm(data, { recursive: true })
  })

  const wish = async <T extends object>(more: T) => ({
    model: 'whisper-1',
    file: await toFile(sound, 'tea.wav'),
    ...more,
  })
  const plain = (heard: string) => heard.toLowerCase().replaceAll(/[^a-z ]/g, '')

  it('understand each other, with times', async () => {
    const answer = await client.audio.transcriptions.create(
      await wish({
        response_format: 'verbose_json' as const,
        timestamp_granularities: ['word' as const, 'segment' as const],
      }),
    )
    expect(plain(answer.text)).toBe(plain(text))
    expect(answer.language).toBe('english')
    const words = answer.words ?? []
    expect(words.map(({ word }) => plain(word))).toEqual(plain(text).split(' '))
    expect(words.every(({ start, end }) => start <= end && end <= answer.duration + 0.5)).toBe(true)
    const cues = await client.audio.transcriptions.create(await wish({ response_format: 'vtt' as const }))
    expect(cues).toMatch(/^WEBVTT\n\n00:00:0\d\.\d{3} --> 00:00:0\d\.\d{3}\n/)
  }, 60_000)

  it('understand each other piece by piece', async () => {
    const stream = await client.audio.transcriptions.create({ ...(await wish({})), stream: true })
    let [pieces, whole] = ['', '']
    for await (const event of stream) {
      if (event.type === 'transcript.text.delta') pieces += event.delta
      if (event.type === 'transcript.text.done') whole = event.text
    }
    expect(plain(whole)).toBe(plain(text))
    expect(pieces).toBe(whole)
  }, 60_000)

  it('say what they cannot', async () => {
    const refused = async (more: object) => failure(client.audio.transcriptions.create(await wish(more)))
    expect(await refused({ language: 'german' })).toMatchObject({ status: 400, param: 'language' })
    const silence = await toFile(Buffer.concat([sound.subarray(0, 44)]), 'cut.wav')
    expect(await refused({ file: silence })).toMatchObject({ param: 'file' })
    const translation = await failure(client.audio.translations.create(await wish({})))
    expect(translation.status).toBe(404)
  }, 60_000)

  it('give up for a client that leaves, and hear the next', async () => {
    const controller = new AbortController()
    const options = { signal: controller.signal }
    const stream = await client.audio.transcriptions.create(
      { ...(await wish({ file: await toFile(long, 'long.wav') })), stream: true },
      options,
    )
    const state = () => hearth.engine('whisper-tiny-en').then(({ state }) => state, String)
    for await (const _ of stream) {
      expect(await state()).toBe('busy')
      break
    }
    controller.abort()
    // A window that takes too long is not waited for: then the engine is ended.
    await vi.waitFor(async () => expect(await state()).toMatch(/idle|not in memory/), {
      timeout: 30_000,
      interval: 100,
    })
    const { text: heard } = await client.audio.transcriptions.create(await wish({}))
    expect(plain(heard)).toBe(plain(text))
  }, 90_000)
})
