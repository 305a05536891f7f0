import { AppError } from '@hearth/contract'
import { NotFoundError, toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failure } from './failure-under-test.ts'
import { type Hearing, startHearing, transcript, usage } from './hearing-under-test.ts'

let hearing: Hearing
beforeAll(async () => {
  hearing = await startHearing()
}, 60_000)
afterAll(() => hearing?.door.stop())

describe('forms', () => {
  const model: [string, string] = ['model', 'scripted']

  it('may call the file what they like, and send it last', async () => {
    hearing.door.next({ output: transcript })
    const octets = new Blob([hearing.sound], { type: 'application/octet-stream' })
    for (const [blob, name] of [
      [octets, 'blob'],
      [new Blob([hearing.sound], { type: 'image/png' }), 'song.png'],
    ] as const) {
      const response = await hearing.form([model, ['language', ''], ['file', blob, name]])
      expect(await response.json()).toEqual({ text: transcript.text, usage })
    }
    const first = await hearing.form([['file', octets, 'a.wav'], model])
    expect(first.status).toBe(200)
  })

  it('may repeat names, with brackets or without', async () => {
    hearing.door.next({ output: transcript })
    for (const name of ['timestamp_granularities', 'timestamp_granularities[]']) {
      const response = await hearing.form([
        model,
        [name, 'word'],
        ['response_format', 'verbose_json'],
        ['chunking_strategy', 'auto'],
        ['stream', 'False'],
        ['keywords[]', 'Hearth'],
        ['keywords[]', 'Tea'],
        ['file', new Blob([hearing.sound]), 'a.wav'],
      ])
      const answer = await response.json()
      expect(answer.words).toHaveLength(3)
      expect(answer).not.toHaveProperty('segments')
      expect(hearing.door.asked().input).toMatchObject({ prompt: 'Hearth, Tea', word_timestamps: true })
    }
  })

  it('without a file name lose the file, and are told so', async () => {
    const boundary = 'parts-of-a-form'
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="model"\r\n\r\nscripted\r\n--${boundary}\r\n`
    const part = 'content-disposition: form-data; name="file"\r\ncontent-type: audio/wav\r\n\r\n'
    const body = Buffer.concat([Buffer.from(head + part), hearing.sound, Buffer.from(`\r\n--${boundary}--\r\n`)])
    const response = await hearing.send(body, { 'content-type': `multipart/form-data; boundary=${boundary}` })
    expect(response.status).toBe(400)
    const { error } = await response.json()
    expect(error).toMatchObject({ param: 'file', message: expect.stringMatching(/no file name/) })
  })
})

describe('what is wrong', () => {
  const refused = async (more: object) => failure(hearing.client.audio.transcriptions.create(await hearing.wish(more)))

  it('is told by the error classes of the client', async () => {
    hearing.door.next({ output: transcript })
    expect(await refused({ model: 'nobody/knows' })).toBeInstanceOf(NotFoundError)
    expect(await refused({ model: 'gpt-4o-transcribe' })).toMatchObject({ status: 404, code: 'model_not_found' })
    const bad: [object, string][] = [
      [{ response_format: 'ass' }, 'response_format'],
      [{ response_format: 'diarized_json' }, 'response_format'],
      [{ timestamp_granularities: ['word'] }, 'timestamp_granularities'],
      [{ timestamp_granularities: ['letter'], response_format: 'verbose_json' }, 'timestamp_granularities.0'],
      [{ temperature: 3 }, 'temperature'],
      [{ temperature: 'hot' }, 'temperature'],
      [{ language: 'Klingon' }, 'language'],
      [{ include: ['logprobs'] }, 'include.0'],
      [{ stream: true, response_format: 'srt' }, 'stream'],
      [{ file: undefined }, 'file'],
      [{ prompt: 'x'.repeat(5000) }, 'prompt'],
    ]
    for (const [more, param] of bad) expect(await refused(more), param).toMatchObject({ status: 400, param })
  })

  it('is said of the file by the name that the client knows', async () => {
    const text = await toFile(new TextEncoder().encode('This is no sound at all, only a text.'), 'speech.wav')
    const error = await refused({ file: text })
    expect(error).toMatchObject({ param: 'file', status: 415 })
    expect(error.message).toMatch(/file: /)
    expect(error.message).not.toMatch(/audio: /)
    hearing.door.next({ output: new AppError('invalid-input', 'audio: it has no sound track', { path: ['audio'] }) })
    expect(await refused({})).toMatchObject({ status: 400, param: 'file', message: '400 file: it has no sound track' })
  })

  it('is no form', async () => {
    const headers = { 'content-type': 'application/json' }
    expect((await hearing.send('{"model":"scripted"}', headers)).status).toBe(415)
  })
})
