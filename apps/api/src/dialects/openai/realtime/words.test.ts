import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clientSound, type Silero, spokenClip, startSilero } from '../../../realtime/silero-under-test.ts'
import {
  type RawClient,
  rawClient,
  type ScriptedConversation,
  says,
  speaks,
  startScriptedConversation,
  understands,
} from './scripted-conversation-under-test.ts'

let hearth: ScriptedConversation
let silero: Silero
beforeAll(async () => {
  hearth = await startScriptedConversation()
  silero = await startSilero()
}, 60_000)
afterAll(async () => {
  await silero?.model.dispose()
  await hearth?.stop()
})
beforeEach(() => {
  hearth.asked.length = 0
  hearth.models.clear()
  hearth.models.set('synthesise-speech', speaks)
  hearth.models.set('transcribe', understands('How are you?'))
  hearth.models.set('detect-speech', async run => (await silero.live.run(run)).output)
  hearth.models.set('chat', says('Very well. ', 'And you?'))
})

const authorization = () => ({ authorization: `Bearer ${hearth.api.key}` })
const silence = Buffer.alloc(48 * 1000)

function say(client: RawClient, ...sounds: Buffer[]): void {
  const sound = Buffer.concat(sounds)
  for (let at = 0; at < sound.length; at += 9600) {
    client.send({ type: 'input_audio_buffer.append', audio: sound.subarray(at, at + 9600).toString('base64') })
  }
}

describe('the former generation', () => {
  const open = async () => {
    const headers = { ...authorization(), 'openai-beta': 'realtime=v1' }
    const client = rawClient(`${hearth.url}?model=gpt-4o-realtime-preview`, { headers })
    return client
  }

  it('is spoken in its own words', async () => {
    const client = await open()
    expect(await client.next('session.created')).toMatchObject({
      session: {
        object: 'realtime.session',
        model: 'gpt-4o-realtime-preview',
        modalities: ['text', 'audio'],
        input_audio_format: 'pcm16',
        turn_detection: { type: 'server_vad', threshold: 0.5, prefix_padding_ms: 300, silence_duration_ms: 500 },
        max_response_output_tokens: 'inf',
      },
    })
    client.send({
      type: 'session.update',
      session: {
        voice: 'sage',
        input_audio_transcription: { model: 'whisper-1', language: 'en-US' },
        temperature: 0.7,
      },
    })
    expect(await client.next('session.updated')).toMatchObject({
      session: { voice: 'sage', input_audio_transcription: { model: 'whisper-1', language: 'en' } },
    })
    say(client, silence, clientSound(await spokenClip()), silence)
    await client.next('response.done')
    const told = client.types().filter((type, at, all) => type !== all[at - 1])
    expect(told).toEqual([
      'session.created',
      'conversation.created',
      'session.updated',
      'input_audio_buffer.speech_started',
      'input_audio_buffer.speech_stopped',
      'input_audio_buffer.committed',
      'conversation.item.created',
      'conversation.item.input_audio_transcription.delta',
      'conversation.item.input_audio_transcription.completed',
      'response.created',
      'rate_limits.updated',
      'response.output_item.added',
      'conversation.item.created',
      'response.content_part.added',
      'response.audio_transcript.delta',
      'response.audio.delta',
      'response.audio_transcript.delta',
      'response.audio.delta',
      'response.audio.done',
      'response.audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.done',
    ])
    const transcription = hearth.asked.find(({ task }) => task === 'transcribe')
    expect(transcription).toMatchObject({ model: undefined, input: { language: 'en' } })
    expect(hearth.asked.find(({ task }) => task === 'chat')?.input).toMatchObject({ temperature: 0.7 })
    client.socket.close()
  })

  it('is interrupted by a voice, unless it is not to be', async () => {
    hearth.models.set('chat', says('One. ', 'Two. ', new Promise(() => undefined)))
    const client = await open()
    const clip = clientSound(await spokenClip())
    say(client, silence, clip, silence)
    await client.next('response.audio.delta')
    hearth.models.set('chat', says('Yes?'))
    say(client, clip, silence)
    await client.next('input_audio_buffer.speech_started')
    expect(await client.next('response.done')).toMatchObject({
      response: { status: 'cancelled', status_details: { type: 'cancelled', reason: 'turn_detected' } },
    })
    expect((await client.next('response.done')).response).toMatchObject({ status: 'completed' })
    const rest = Promise.withResolvers<void>()
    hearth.models.set('chat', says('One. ', 'Two. ', rest.promise))
    const turn_detection = { type: 'server_vad', interrupt_response: false }
    client.send({ type: 'session.update', session: { turn_detection } })
    await client.next('session.updated')
    say(client, silence, clip, silence)
    await client.next('response.audio.delta')
    say(client, clip, silence)
    await client.next('conversation.item.input_audio_transcription.completed')
    rest.resolve()
    expect((await client.next('response.done')).response).toMatchObject({ status: 'completed' })
    expect((await client.next('response.done')).response).toMatchObject({ status: 'completed' })
    client.socket.close()
  })

  it('only writes down where nobody is to answer', async () => {
    const client = await open()
    client.send({ type: 'transcription_session.update', session: { turn_detection: { type: 'semantic_vad' } } })
    await client.next('transcription_session.updated')
    say(client, silence, clientSound(await spokenClip()), silence)
    await client.next('conversation.item.input_audio_transcription.completed')
    hearth.models.set('transcribe', async () => {
      throw new Error('deaf')
    })
    say(client, clientSound(await spokenClip()), silence)
    expect(await client.next('conversation.item.input_audio_transcription.failed')).toMatchObject({
      error: { type: 'server_error', message: expect.not.stringContaining('deaf') },
    })
    expect(hearth.asked.some(({ task }) => task === 'chat')).toBe(false)
    client.socket.close()
  })
})

describe('the simple words', () => {
  it('begin with a key and a model in the first message', async () => {
    const client = rawClient(hearth.url)
    client.send({ type: 'session.update', api_key: hearth.api.key, session: { model: 'gpt-4o-realtime-preview' } })
    client.send({ type: 'message.create', message: 'How are you?' })
    const completed = await client.next('message.completed')
    expect(completed).toEqual({ type: 'message.completed', message: 'Very well. And you?' })
    expect(client.types()).toEqual([
      'conversation.created',
      'message.created',
      'content.start',
      'content.delta',
      'content.delta',
      'content.stop',
      'message.completed',
    ])
    expect(client.events.every(({ message }) => typeof message === 'string')).toBe(true)
    client.send({ type: 'no.such' })
    expect(await client.next('error')).toMatchObject({ message: expect.stringContaining('no.such') })
    client.socket.close()
  })

  it('are for those with a key', async () => {
    const wrong = rawClient(hearth.url)
    wrong.send({ type: 'session.update', api_key: 'hk_wrong', session: {} })
    expect(await wrong.closed).toBe(4401)
    const none = rawClient(hearth.url)
    expect(await none.closed).toBe(4401)
    expect(none.events).toMatchObject([{ type: 'error', error: { code: 'invalid_api_key' } }])
  })
})

describe('keys', () => {
  const make = async (body: object) => {
    const answer = await hearth.api.post('/v1/realtime/client_secrets', body)
    return { status: answer.status, ...(await answer.json()) }
  }
  const protocols = (key: string) => ['realtime', `openai-insecure-api-key.${key}`]

  it('come in the query and in a subprotocol, which is not told back', async () => {
    const inQuery = rawClient(`${hearth.url}?model=m&key=${hearth.api.key}`)
    await inQuery.next('session.created')
    const browser = rawClient(`${hearth.url}?model=m`, { protocols: protocols(hearth.api.key) })
    await browser.next('session.created')
    expect(browser.socket.protocol).toBe('realtime')
    for (const { socket } of [inQuery, browser]) socket.close()
    const wrong = rawClient(`${hearth.url}?model=m`, { protocols: protocols('hk_wrong') })
    expect(await wrong.closed).toBe(4401)
  })

  it('for one conversation open it as it was wished, and nothing else', async () => {
    const session = { type: 'realtime', model: 'scripted-model', instructions: 'Be kind.', output_modalities: ['text'] }
    const { value, expires_at, session: view } = await make({ expires_after: { seconds: 60 }, session })
    expect(value).toMatch(/^ek_/)
    expect(expires_at - Date.now() / 1000).toBeLessThanOrEqual(60)
    expect(view).toMatchObject(session)
    const client = rawClient(hearth.url, { protocols: protocols(value) })
    expect((await client.next('session.created')).session).toMatchObject(session)
    client.socket.close()
    expect((await hearth.api.ask('/v1/models', { key: value })).status).toBe(401)
    const forged = rawClient(hearth.url, { protocols: protocols(`${value.slice(0, -4)}aaaa`) })
    expect(await forged.closed).toBe(4401)
    expect(await make({ session: { instructions: 'x'.repeat(9000) } })).toMatchObject({ status: 413 })
    expect(await make({ session: { audio: { output: { speed: 9 } } } })).toMatchObject({ status: 400 })
  })

  it('count: answers among requests, sockets among streams', async () => {
    const key = await hearth.api.makeKey({ rateGenerate: 1 })
    const headers = { authorization: `Bearer ${key}` }
    const clients: RawClient[] = []
    for (let count = 0; count < hearth.api.deps.config.liveStreams; count++) {
      const client = rawClient(`${hearth.url}?model=m`, { headers })
      await client.next('session.created')
      clients.push(client)
    }
    expect(await rawClient(`${hearth.url}?model=m`, { headers }).closed).toBe(1008)
    const [client] = clients
    client?.send({ type: 'session.update', session: { output_modalities: ['text'], model: 'gpt-realtime' } })
    const content = [{ type: 'input_text', text: 'Hello' }]
    client?.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } })
    for (const status of ['completed', 'failed']) {
      client?.send({ type: 'response.create' })
      expect((await client?.next('response.done'))?.response).toMatchObject({ status })
    }
    expect(await client?.next('error')).toMatchObject({ error: { type: 'rate_limit_error' } })
    for (const { socket } of clients) socket.close()
  })
})
