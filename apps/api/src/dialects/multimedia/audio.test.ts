import { readFile } from 'node:fs/promises'
import type { ModelView } from '@hearth/contract'
import { jobs } from '@hearth/store'
import { ffmpegMissing } from '@hearth/testing/ffmpeg'
import { placeModel } from '@hearth/testing/pulled-model'
import { placePython, pythonEnvironment } from '@hearth/testing/python-environment'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { englishWhisper } from '../../../../../packages/speech/src/families/faster-whisper/starter-under-test.ts'
import { starterVoice } from '../../../../../packages/speech/src/families/piper/starter-under-test.ts'
import { type ApiUnderTest, startApi } from '../../api-under-test.ts'
import { transcribeOrder } from './audio-order.ts'
import { chooseVoice } from './choose-voice.ts'

const missing = (await pythonEnvironment('speech')) ?? ffmpegMissing
const weights = [await starterVoice(), await englishWhisper()]
let api: ApiUnderTest

beforeAll(async () => {
  api = await startApi({
    worker: true,
    async prepare(data) {
      for (const checkpoint of weights) await placeModel(checkpoint, data)
      if (missing === undefined) await placePython(data)
    },
  })
}, 120_000)
afterAll(() => api?.stop())

/** As the published reference of this API has it, but for the language. */
const published = {
  text: 'Good morning. It is time for tea.',
  voice: 'default-female',
  language: 'en',
  speed: 1,
  pitch: 0,
}
const synthesize = async (more: object = {}) => {
  const answer = await api.post('/api/audio/synthesize', { ...published, ...more })
  return { status: answer.status, body: await answer.json() }
}
const transcribe = async (fields: Record<string, string | Blob>) => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  const answer = await api.ask('/api/audio/transcribe', { method: 'POST', body: form })
  return { status: answer.status, body: await answer.json() }
}

describe.skipIf(missing)('sound', () => {
  it('is made of a text, and written down again', async () => {
    const { status, body } = await synthesize()
    expect([status, body]).toEqual([
      200,
      {
        task_id: expect.any(String),
        status: 'completed',
        audio_url: `/outputs/audio/speech_${body.task_id}.mp3`,
        duration: expect.any(Number),
      },
    ])
    const answer = await api.ask(body.audio_url)
    expect(answer.headers.get('content-type')).toBe('audio/mpeg')
    const sound = await answer.blob()
    expect((await api.ask(body.audio_url, { key: null })).status).toBe(401)
    const stranger = await api.makeKey({ owner: await api.makeOwner('stranger') })
    expect((await api.ask(body.audio_url, { key: stranger })).status).toBe(404)

    const heard = await transcribe({ audio: sound, language: 'English' })
    expect(heard).toMatchObject({ status: 200, body: { status: 'completed', language: 'en' } })
    expect(Object.keys(heard.body)).toEqual(['task_id', 'status', 'text', 'language', 'duration', 'segments'])
    expect(heard.body.text).toMatch(/good morning.*time for tea/i)
    expect(Math.abs(heard.body.duration - body.duration)).toBeLessThan(0.2)
    const [segment] = heard.body.segments
    expect(Object.keys(segment)).toEqual(['id', 'start', 'end', 'text'])
    expect(heard.body.segments.map(({ text }: { text: string }) => text).join(' ')).toBe(heard.body.text)
    const again = await api.ask(`/api/audio/status/${heard.body.task_id}`)
    expect(await again.json()).toEqual(heard.body)
    expect(await jobs.get(api.deps.store, { id: heard.body.task_id })).toMatchObject({ dialect: 'multimedia' })
  }, 120_000)

  it('may be asked for in another manner', async () => {
    const { body } = await synthesize({ speed: 2, pitch: 3, voice: 'en_US-joe-medium', language: null })
    expect(body).toMatchObject({ status: 'completed' })
    const row = await jobs.get(api.deps.store, { id: body.task_id })
    expect(row).toMatchObject({ model: 'piper-en-us-joe-medium', input: { speed: 2, pitch: 3, format: 'mp3' } })
    expect(row?.input).not.toHaveProperty('voice')
    const form = new FormData()
    for (const [name, value] of Object.entries({ text: 'Tea', speed: '1.5', voice: '' })) form.append(name, value)
    const answer = await api.ask('/api/audio/synthesize', { method: 'POST', body: form })
    expect(await answer.json()).toMatchObject({ status: 'completed' })
  }, 60_000)
})

describe('what cannot be', () => {
  const wav = async () => new Blob([await readFile(new URL(import.meta.url))])
  const detail = (pattern: RegExp) => ({ detail: expect.stringMatching(pattern) })

  it('is said in the words of the client, and queues nothing', async () => {
    const count = async () => (await jobs.list(api.deps.store, { limit: 200 })).jobs.length
    const before = await count()
    const refused = [
      [await synthesize({ text: '' }), 422, /text/],
      [await synthesize({ speed: 9 }), 422, /speed/],
      [await synthesize({ pitch: 20 }), 422, /pitch/],
      [await synthesize({ pitch: 'high' }), 422, /pitch/],
      [
        await synthesize({ language: 'zh' }),
        404,
        /no installed voice speaks zh.*hearth pull piper-zh-cn-huayan-medium/,
      ],
      [await synthesize({ model: 'nobody' }), 404, /nobody/],
      [await synthesize({ voice: 7 }), 422, /voice: expected a text/],
      [await transcribe({ language: 'en' }), 422, /audio: a sound is missing/],
      [await transcribe({ file: new Blob(['x']) }), 422, /the form has a file in "file"/],
      [await transcribe({ audio: await wav() }), 415, /audio: /],
      [await transcribe({ audio: await wav(), language: 'Klingon' }), 422, /language/],
      [await transcribe({ audio: await wav(), model: 'large' }), 404, /hearth pull whisper-large-v3/],
      [await transcribe({ audio: await wav(), model: 'nobody' }), 404, /nobody/],
    ] as const
    for (const [answer, status, pattern] of refused) expect(answer).toEqual({ status, body: detail(pattern) })
    expect(await count()).toBe(before)
  })
})

describe('the size of a Whisper', () => {
  it('is one of its models', () => {
    const modelOf = (model: string) =>
      transcribeOrder({
        kind: 'form',
        fields: [
          ['audio', new File(['x'], 'a')],
          ['model', model],
        ],
        digest: '',
      }).model
    expect(['base', 'Tiny.en', 'large', 'turbo', 'large-v3', 'whisper-base', 'my-own'].map(modelOf)).toEqual([
      'whisper-base',
      'whisper-tiny-en',
      'whisper-large-v3',
      'whisper-large-v3-turbo',
      'whisper-large-v3',
      'whisper-base',
      'my-own',
    ])
  })
})

describe('who speaks', () => {
  const task = 'synthesise-speech'
  const base = { tasks: [task], state: 'installed', aliases: [], default_for: [], languages: [] as string[] }
  const joe = { ...base, id: 'joe', aliases: ['en_US-joe'], languages: ['en-US'], default_for: [task] }
  const huayan = { ...base, id: 'huayan', languages: ['zh-CN'], state: 'available' }
  const choose = (models: object[], voice?: string, language?: string) =>
    chooseVoice(models as ModelView[], task, { voice, language })

  it('is the default, unless a voice or a language is named', () => {
    expect(choose([joe])).toEqual({})
    expect(choose([joe], 'default-female', 'en')).toEqual({ model: 'joe' })
    expect(choose([joe], 'EN_us-Joe', 'en')).toEqual({ model: 'joe' })
    expect(choose([joe], 'p225')).toEqual({ voice: 'p225' })
    expect(choose([joe, { ...huayan, state: 'installed' }], 'default', 'Chinese')).toEqual({ model: 'huayan' })
  })

  it('is nobody where nobody can', () => {
    expect(() => choose([joe, huayan], undefined, 'zh')).toThrow(/no installed voice speaks zh/)
    expect(choose([joe, { ...huayan, state: 'installed', languages: [] }], undefined, 'zh')).toEqual({})
  })
})
