import { AppError } from '@hearth/contract'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { failure } from './failure-under-test.ts'
import { chunks, type Hearing, plain, startHearing, transcript, usage } from './hearing-under-test.ts'

let hearing: Hearing
beforeAll(async () => {
  hearing = await startHearing()
}, 60_000)
afterAll(() => hearing?.door.stop())

const srt = '1\n00:00:00,000 --> 00:00:01,500\nGood morning.\n\n2\n00:00:01,500 --> 00:00:02,250\nTea?\n'

describe('transcriptions through the openai client', () => {
  it('are a text', async () => {
    hearing.door.next({ chunks, output: transcript })
    const answer = await hearing.client.audio.transcriptions.create(
      await hearing.wish({ prompt: 'Tea, Earl Grey', temperature: 0.2 }),
    )
    expect(answer).toEqual({ text: transcript.text, usage })
    const { task, model, input, media } = hearing.door.asked()
    expect({ task, model }).toEqual({ task: 'transcribe', model: 'scripted' })
    expect(input).toMatchObject({ prompt: 'Tea, Earl Grey', temperature: 0.2, word_timestamps: false })
    expect(input).not.toHaveProperty('language')
    expect([...(media?.values() ?? [])].map(bytes => Buffer.from(bytes).equals(hearing.sound))).toEqual([true])
  })

  it('have segments, words or both', async () => {
    const verbose = async (timestamp_granularities?: ('word' | 'segment')[]) => {
      hearing.door.next({ chunks, output: transcript })
      const more = { response_format: 'verbose_json', ...(timestamp_granularities && { timestamp_granularities }) }
      return hearing.client.audio.transcriptions.create(await hearing.wish(more as { response_format: 'verbose_json' }))
    }
    const always = { task: 'transcribe', language: 'english', duration: 2.25, text: transcript.text, usage }
    const words = [
      { word: 'Good', start: 0, end: 0.5 },
      { word: 'morning.', start: 0.5, end: 1.5 },
      { word: 'Tea?', start: 1.5, end: 2.25 },
    ]
    expect(await verbose()).toEqual({ ...always, segments: plain })
    expect(hearing.door.asked().input).toMatchObject({ word_timestamps: false })
    expect(await verbose(['word'])).toEqual({ ...always, words })
    expect(hearing.door.asked().input).toMatchObject({ word_timestamps: true })
    expect(await verbose(['segment', 'word'])).toEqual({ ...always, segments: plain, words })
  })

  it('are texts and subtitles, whether the model sends pieces or not', async () => {
    const ask = async (response_format: 'text' | 'srt' | 'vtt') =>
      hearing.client.audio.transcriptions.create(await hearing.wish({ response_format }))
    for (const sent of [chunks, chunks.slice(0, 1), []]) {
      hearing.door.next({ chunks: sent, output: transcript })
      expect(await ask('text')).toBe('Good morning. Tea?\n')
      expect(await ask('srt')).toBe(srt)
      expect(await ask('vtt')).toBe(`WEBVTT\n\n${srt.replaceAll(/^\d\n/gm, '').replaceAll(',', '.')}`)
    }
    hearing.door.next({ output: { ...transcript, text: '', segments: [] } })
    expect([await ask('text'), await ask('srt'), await ask('vtt')]).toEqual(['\n', '', 'WEBVTT\n'])
  })

  it('are told what is spoken, by code or by name', async () => {
    hearing.door.next({ output: { ...transcript, language: 'yue' } })
    for (const [language, code] of Object.entries({ en: 'en', German: 'de', 'zh-TW': 'zh', auto: undefined })) {
      const answer = await hearing.client.audio.transcriptions.create(
        await hearing.wish({ language, response_format: 'verbose_json' }),
      )
      expect(answer).toMatchObject({ language: 'cantonese' })
      expect(hearing.door.asked().input).toHaveProperty('prompt', '')
      expect((hearing.door.asked().input as { language?: string }).language).toBe(code)
    }
  })

  it('are those of the default model for the name whisper-1', async () => {
    hearing.door.next({ output: transcript })
    await hearing.client.audio.transcriptions.create({ ...(await hearing.wish({})), model: 'whisper-1' })
    expect(hearing.door.asked().model).toBeUndefined()
  })

  it('are in English as translations', async () => {
    hearing.door.next({ chunks, output: { ...transcript, language: 'de' } })
    const answer = await hearing.client.audio.translations.create(
      await hearing.wish({ response_format: 'verbose_json', language: 'en' }),
    )
    expect(answer).toMatchObject({ task: 'translate', language: 'english', text: transcript.text, segments: plain })
    expect(hearing.door.asked()).toMatchObject({ task: 'translate-speech' })
    expect(hearing.door.asked().input).not.toHaveProperty('language')
    expect(await hearing.client.audio.translations.create(await hearing.wish({ response_format: 'srt' }))).toBe(srt)
  })
})

describe('streamed transcriptions', () => {
  const streamed = async (more: object = {}) => {
    const stream = await hearing.client.audio.transcriptions.create({ ...(await hearing.wish(more)), stream: true })
    const events = []
    for await (const event of stream) events.push(event)
    return events
  }
  const deltas = [
    { type: 'transcript.text.delta', delta: 'Good morning.' },
    { type: 'transcript.text.delta', delta: ' Tea?' },
  ]
  const done = { type: 'transcript.text.done', text: transcript.text }

  it('are events, with times where they are asked for', async () => {
    hearing.door.next({ chunks, output: transcript })
    expect(await streamed()).toEqual([...deltas, done])
    const types = (await streamed({ response_format: 'verbose_json' })).map(({ type }) => type)
    const both = ['transcript.text.delta', 'transcript.text.segment']
    expect(types).toEqual([...both, ...both, 'transcript.text.done'])
    hearing.door.next({ output: transcript })
    expect(await streamed()).toEqual([...deltas, done])
  })

  it('come as they are made, and the run is given up when the client leaves', async () => {
    hearing.door.next({ chunks: chunks.slice(0, 1), output: Promise.withResolvers().promise })
    const stream = await hearing.client.audio.transcriptions.create({ ...(await hearing.wish({})), stream: true })
    for await (const event of stream) {
      expect(event).toEqual(deltas[0])
      expect(hearing.door.asked().signal.aborted).toBe(false)
      break
    }
    await vi.waitFor(() => expect(hearing.door.asked().signal.aborted).toBe(true))
  })

  it('are subtitles as they are made, too', async () => {
    hearing.door.next({ chunks: chunks.slice(0, 1), output: Promise.withResolvers().promise })
    const response = await hearing.form([
      ['model', 'scripted'],
      ['response_format', 'vtt'],
      ['file', new Blob([hearing.sound]), 'a'],
    ])
    const reader = response.body?.getReader()
    let text = ''
    while (!text.includes('Good morning.')) text += Buffer.from((await reader?.read())?.value ?? []).toString()
    expect(text).toMatch(/^WEBVTT\n\n00:00:00\.000 --> /)
    await reader?.cancel()
    await vi.waitFor(() => expect(hearing.door.asked().signal.aborted).toBe(true))
  })

  it('never end as if all were said', async () => {
    const death = new AppError('engine-crashed', 'the engine of scripted ended')
    hearing.door.next({ chunks: chunks.slice(0, 1), output: death })
    const error = await failure(streamed())
    expect(error.message).toMatch(/the engine of scripted ended/)
    const text = hearing.form([
      ['model', 'scripted'],
      ['response_format', 'srt'],
      ['file', new Blob([hearing.sound]), 'a'],
    ])
    await expect(text.then(response => response.text())).rejects.toThrow(/terminated/)
    expect(await failure(hearing.client.audio.transcriptions.create(await hearing.wish({})))).toMatchObject({
      status: 500,
    })
  })
})

describe('a client that leaves', () => {
  it('gives the run up', async () => {
    const before = hearing.door.asked()
    hearing.door.next({ output: Promise.withResolvers().promise })
    const controller = new AbortController()
    const options = { signal: controller.signal }
    const answer = hearing.client.audio.transcriptions
      .create(await hearing.wish({}), options)
      .catch((thrown: unknown) => thrown)
    await vi.waitFor(() => expect(hearing.door.asked()).not.toBe(before))
    controller.abort()
    await vi.waitFor(() => expect(hearing.door.asked().signal.aborted).toBe(true))
    expect(await answer).toBeInstanceOf(OpenAI.APIUserAbortError)
  })
})
