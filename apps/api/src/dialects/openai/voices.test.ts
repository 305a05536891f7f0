import { task as cloneVoice } from '@hearth/speech/clone-voice/spec'
import type { SpeechChunk } from '@hearth/speech/spoken-fields'
import { audit, dump, voices } from '@hearth/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tones } from '../../../../../packages/speech/src/sherpa/toy-folder-under-test.ts'
import { type ScriptedChat, startScriptedChat } from '../scripted-chat-under-test.ts'
import { dialect } from './index.ts'

let door: ScriptedChat<SpeechChunk>
let recording: Uint8Array
beforeAll(async () => {
  door = await startScriptedChat<SpeechChunk>(dialect)
  recording = await tones([6, 440])
}, 120_000)
afterAll(() => door?.stop())

const words = 'What I said that morning'

function ask(path: string, body?: object | FormData, key = door.key): Promise<Response> {
  const isForm = body instanceof FormData
  return fetch(`${door.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      ...(isForm || body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
  })
}

function form(more: Record<string, string | Blob> = {}): FormData {
  const fields = {
    model: 'zipvoice',
    customName: 'my-voice',
    text: words,
    file: new Blob([Uint8Array.from(recording)]),
    ...more,
  }
  const made = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    if (value === '') continue
    if (typeof value === 'string') made.append(name, value)
    else made.append(name, value, 'voice.wav')
  }
  return made
}

const upload = async (body: object | FormData = form(), path = '/v1/uploads/audio/voice') =>
  (await (await ask(path, body)).json()) as { uri: string; id: string }
const list = async (key?: string) => (await (await ask('/v1/audio/voice/list', undefined, key)).json()).results
const dataUrl = () => `data:audio/wav;base64,${Buffer.from(recording).toString('base64')}`

describe('voices of one’s own', () => {
  it('are uploaded, listed and deleted, as a form and as JSON, by both names of the paths', async () => {
    const first = await upload()
    expect(first.uri).toMatch(/^speech:my-voice:[0-9a-f]{24}:[0-9a-f-]{36}$/)
    const json = { model: 'zipvoice', customName: 'other', text: words, audio: dataUrl() }
    const second = await upload(json, '/v1/audio/reference')
    const third = await upload(form({ file: '', audio: dataUrl() }))
    const shown = (customName: string, { uri, id }: typeof first) => ({
      model: 'zipvoice',
      customName,
      text: words,
      uri,
      id,
    })
    const all = [shown('my-voice', first), shown('other', second), shown('my-voice', third)]
    expect(await list()).toEqual(all)
    expect(await (await ask('/v1/audio/reference')).json()).toEqual({ result: all, results: all })
    for (const [path, body] of [
      ['/v1/audio/voice/deletions', { uri: first.uri }],
      ['/v1/audio/reference/delete', { uri: second.uri }],
      ['/v1/audio/reference/delete', { id: third.id }],
    ] as const) {
      expect((await ask(path, body)).status).toBe(200)
      expect((await ask(path, body)).status).toBe(404)
    }
    expect(await list()).toEqual([])
  })

  it('are sealed, and erased with their key', async () => {
    const { uri, id } = await upload()
    const { deps, owner } = door.api
    const row = await voices.get(deps.store, { id, owner })
    const { bytes } = { bytes: Buffer.from(row?.sound ?? []) }
    // Six seconds of 24,000 samples of two bytes, a head, and what sealing adds.
    expect(bytes.length).toBe(44 + 6 * 48_000 + 29)
    expect(bytes.includes('WAVE')).toBe(false)
    let rows = ''
    for await (const { row } of dump(deps.store)) rows += row
    expect(rows).toContain(id)
    expect(rows).not.toContain(words)
    expect(rows).not.toContain(Buffer.from(words).toString('hex'))
    expect(await deps.people.keys.find(id)).toHaveLength(32)
    await ask('/v1/audio/voice/deletions', { uri })
    expect(await deps.people.keys.find(id)).toBeUndefined()
    const noted = await audit.list(deps.store, { owner, limit: 2 })
    expect(noted.map(({ action, detail }) => [action, detail])).toEqual([
      ['voice erased', { voice: id }],
      ['voice added', { voice: id }],
    ])
  })

  it('belong to whoever uploaded them', async () => {
    const { uri } = await upload()
    const other = await door.api.makeKey({ owner: await door.api.makeOwner('somebody else') })
    expect(await list(other)).toEqual([])
    expect((await ask('/v1/audio/voice/deletions', { uri }, other)).status).toBe(404)
    const asked = await ask('/v1/audio/speech', { model: 'scripted', input: 'Hello', voice: uri }, other)
    expect(asked.status).toBe(404)
    expect((await asked.json()).error).toMatchObject({ param: 'voice', code: 'not_found' })
    expect((await ask('/v1/audio/voice/deletions', { uri })).status).toBe(200)
  })

  it('speak: what was recorded goes to the task with what is to be said', async () => {
    const { uri } = await upload()
    const audio = Buffer.from('spoken').toString('base64')
    const output = {
      audio: { name: 'speech.pcm', mime: 'audio/pcm', bytes: 6, sha256: '' },
      sample_rate: 24_000,
      seconds: 1,
    }
    const order = { model: 'scripted', input: 'Good morning.', response_format: 'pcm', speed: 1.5, gain: 2 }
    for (const more of [{ voice: uri }, { voice: '', references: [{ audio: dataUrl(), text: words }] }]) {
      door.next({ chunks: [{ audio, index: 0, sentence: 'Good morning.' }], output })
      const { voice, ...rest } = more
      const answer = await ask('/v1/audio/speech', { ...order, ...rest, ...(voice ? { voice } : {}) })
      expect(await answer.text()).toBe('spoken')
      const { task, input, media } = door.asked()
      expect(task).toBe(cloneVoice.id)
      expect(input).toMatchObject({
        text: 'Good morning.',
        reference_text: words,
        consent: true,
        speed: 1.5,
        gain_db: 2,
      })
      const [sound] = [...media.values()]
      expect(
        Buffer.from(sound ?? [])
          .subarray(8, 12)
          .toString(),
      ).toBe('WAVE')
    }
    await ask('/v1/audio/voice/deletions', { uri })
  })
})

describe('what is wrong', () => {
  const refused = async (body: object | FormData) => {
    const answer = await ask('/v1/uploads/audio/voice', body)
    return { status: answer.status, ...(await answer.json()).error }
  }

  it('is told of its field, in the words of OpenAI', async () => {
    for (const [more, param] of [
      [{ customName: 'a name' }, 'customName'],
      [{ text: '…' }, 'text'],
      [{ model: '' }, 'model'],
      [{ file: '' }, 'file'],
      [{ consent: 'false' }, 'consent'],
      [{ file: new Blob(['no sound']) }, 'file'],
      [{ file: new Blob([Uint8Array.from(await tones([4.9, 440]))]) }, 'file'],
      [{ file: new Blob([Uint8Array.from(await tones([30.1, 440]))]) }, 'file'],
    ] as [Record<string, string | Blob>, string][]) {
      expect(await refused(form(more)), JSON.stringify(more)).toMatchObject({
        param,
        type: 'invalid_request_error',
        status: more.file instanceof Blob && more.file.size < 100 ? 415 : 400,
      })
    }
    expect(await list()).toEqual([])
    expect((await ask('/v1/audio/voice/deletions', {})).status).toBe(400)
    expect((await ask('/v1/audio/voice/deletions', { uri: 'speech:a:b:c' })).status).toBe(404)
    expect((await ask('/v1/audio/voice/list', undefined, 'nobody')).status).toBe(401)
    const speech = { model: 'scripted', input: 'Hello' }
    const two = [1, 2].map(() => ({ audio: dataUrl(), text: words }))
    expect((await ask('/v1/audio/speech', { ...speech, references: two })).status).toBe(400)
  })

  it('is one voice too many', async () => {
    const { deps, owner } = door.api
    const sealed = { sound: new Uint8Array(1), said: new Uint8Array(1) }
    for (let number = 0; number < 100; number++) {
      const id = `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`
      await voices.create(
        deps.store,
        { id, owner, name: 'x', model: 'x', seconds: 5, sha256: '', ...sealed },
        { most: 100 },
      )
    }
    expect(await refused(form())).toMatchObject({ status: 409, message: expect.stringContaining('100 voices') })
    // Theirs have no keys: what cannot be opened is shown as it is, and can be deleted.
    expect((await list())[0]).toMatchObject({ customName: 'x', text: '' })
    expect((await ask('/v1/audio/voice/deletions', { uri: (await list())[0].uri })).status).toBe(200)
  })
})
