import { connect } from 'node:net'
import OpenAI from 'openai'
import { OpenAIRealtimeWS } from 'openai/realtime/ws'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Heard,
  hearing,
  type ScriptedConversation,
  type ServerEvent,
  says,
  speaks,
  startScriptedConversation,
  understands,
} from './scripted-conversation-under-test.ts'

let hearth: ScriptedConversation
beforeAll(async () => {
  hearth = await startScriptedConversation()
}, 60_000)
afterAll(() => hearth?.stop())
beforeEach(() => {
  hearth.asked.length = 0
  hearth.models.clear()
  hearth.models.set('synthesise-speech', speaks)
  hearth.models.set('transcribe', understands('How are you?'))
  hearth.models.set('detect-speech', async () => ({ segments: [], seconds: 0, speech_seconds: 0, open: null }))
})

type Client = Heard & { realtime: OpenAIRealtimeWS; send: OpenAIRealtimeWS['send'] }

/** OpenAI's own client. It insists on TLS; this server has none. */
async function talk(session?: object): Promise<Client> {
  const client = new OpenAI({ baseURL: `${hearth.server.url}/v1`, apiKey: hearth.api.key })
  const { hostname, port } = new URL(hearth.server.url)
  const createConnection = () => connect(Number(port), hostname)
  const realtime = new OpenAIRealtimeWS({ model: 'gpt-realtime', options: { createConnection } }, client)
  const heard = hearing()
  realtime.on('event', event => heard.hear(event as ServerEvent & typeof event))
  realtime.on('error', () => undefined)
  await heard.next('session.created')
  if (session) {
    realtime.send({ type: 'session.update', session: { type: 'realtime', ...session } })
    await heard.next('session.updated')
  }
  return { ...heard, realtime, send: event => realtime.send(event) }
}

const asText = { output_modalities: ['text' as const] }
const manual = { audio: { input: { turn_detection: null } } }
const said = (text: string) => ({
  type: 'conversation.item.create' as const,
  item: { type: 'message' as const, role: 'user' as const, content: [{ type: 'input_text' as const, text }] },
})

describe('a conversation through the openai client', () => {
  it('is answered in writing', async () => {
    hearth.models.set('chat', says('Very ', 'well.'))
    const client = await talk({ ...asText, instructions: 'Be kind.', max_output_tokens: 50 })
    client.send(said('How are you?'))
    client.send({ type: 'response.create', response: { metadata: { topic: 'health' } } })
    const done = await client.next('response.done')
    expect(client.types().slice(client.types().indexOf('conversation.item.added'))).toEqual([
      'conversation.item.added',
      'conversation.item.done',
      'response.created',
      'rate_limits.updated',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
    ])
    expect(done.response).toMatchObject({
      object: 'realtime.response',
      status: 'completed',
      status_details: null,
      output_modalities: ['text'],
      metadata: { topic: 'health' },
      output: [{ role: 'assistant', status: 'completed', content: [{ type: 'output_text', text: 'Very well.' }] }],
      usage: { input_tokens: 5, output_tokens: 7, total_tokens: 12 },
    })
    const [asked] = hearth.asked
    expect(asked?.model).toBeUndefined()
    expect(asked?.input).toMatchObject({
      max_tokens: 50,
      truncation: 'oldest',
      messages: [
        { role: 'system', content: [{ text: 'Be kind.' }] },
        { role: 'user', content: [{ text: 'How are you?' }] },
      ],
    })
    client.realtime.close()
  })

  it('is heard, answered sentence by sentence and spoken while the rest is written', async () => {
    const second = Promise.withResolvers<void>()
    hearth.models.set('chat', says('I am well. ', 'And ', second.promise, 'you?'))
    const client = await talk(manual)
    client.send({ type: 'input_audio_buffer.append', audio: Buffer.alloc(48_000).toString('base64') })
    client.send({ type: 'input_audio_buffer.commit' })
    expect(await client.next('conversation.item.input_audio_transcription.completed')).toMatchObject({
      transcript: 'How are you?',
      usage: { type: 'duration', seconds: 1.5 },
    })
    client.send({ type: 'response.create' })
    // The first sentence is spoken before the second is written.
    const { delta } = await client.next('response.output_audio.delta')
    expect(Buffer.from(String(delta), 'base64')).toHaveLength(24_000)
    second.resolve()
    const { response } = await client.next('response.done')
    expect(response).toMatchObject({
      status: 'completed',
      output: [{ content: [{ type: 'output_audio', transcript: 'I am well. And you?' }] }],
    })
    const pieces = client.events.filter(({ type }) => /output_audio(_transcript)?\.delta/.test(type))
    expect(pieces.map(({ type, delta }) => (type.includes('transcript') ? delta : 'sound'))).toEqual([
      'I am well. ',
      'sound',
      'And you?',
      'sound',
    ])
    expect(client.types().slice(-6)).toEqual([
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
    ])
    const voices = hearth.asked.filter(({ task }) => task === 'synthesise-speech').map(({ input }) => input)
    expect(voices).toMatchObject([{ text: 'I am well.', sample_rate: 24_000, format: 'pcm' }, { text: 'And you?' }])
    client.realtime.close()
  })

  it('calls functions and hears what they gave', async () => {
    hearth.models.set('chat', says({ name: 'weather', arguments: '{"city":' }, { name: '', arguments: '"Rome"}' }))
    const weather = { type: 'function' as const, name: 'weather', parameters: { type: 'object', properties: {} } }
    const client = await talk({ ...asText, tools: [weather], tool_choice: 'required' })
    client.send(said('Is it warm in Rome?'))
    client.send({ type: 'response.create' })
    expect(await client.next('response.function_call_arguments.done')).toMatchObject({
      name: 'weather',
      call_id: 'call_1',
      arguments: '{"city":"Rome"}',
    })
    await client.next('response.done')
    hearth.models.set('chat', says('It is.'))
    client.send({
      type: 'conversation.item.create',
      item: { type: 'function_call_output', call_id: 'call_1', output: '30 degrees' },
    })
    client.send({ type: 'response.create', response: { tool_choice: 'none' } })
    await client.next('response.done')
    expect(hearth.asked.at(-1)?.input).toMatchObject({
      tool_choice: 'none',
      messages: [
        { role: 'user' },
        { role: 'assistant', content: [{ type: 'tool_call', id: 'call_1', name: 'weather' }] },
        { role: 'tool', content: [{ tool_call_id: 'call_1', content: [{ text: '30 degrees' }] }] },
      ],
    })
    client.realtime.close()
  })

  it('is interrupted by its client, and goes on', async () => {
    hearth.models.set('chat', says('One. ', 'Two. ', new Promise(() => undefined)))
    const client = await talk(manual)
    client.send(said('Count.'))
    client.send({ type: 'response.create' })
    await client.next('response.output_audio.delta')
    client.send({ type: 'response.create' })
    expect(await client.next('error')).toMatchObject({ error: { code: 'conversation_already_has_active_response' } })
    client.send({ type: 'response.cancel' })
    expect((await client.next('response.done')).response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'client_cancelled' },
      output: [{ status: 'incomplete' }],
    })
    client.send({ type: 'response.cancel', event_id: 'mine' })
    expect(await client.next('error')).toMatchObject({
      error: { event_id: 'mine', code: 'response_cancel_not_active' },
    })
    hearth.models.set('chat', says('Yes.'))
    client.send({ type: 'response.create' })
    expect((await client.next('response.done')).response).toMatchObject({ status: 'completed' })
    client.realtime.close()
  })

  it('forgets what was not played, and items that are deleted', async () => {
    hearth.models.set('chat', says('One two three four.'))
    const client = await talk(manual)
    client.send(said('Count.'))
    const { item: asked } = await client.next('conversation.item.done')
    client.send({ type: 'response.create' })
    const { response } = await client.next('response.done')
    const [item] = (response as { output: { id: string }[] }).output
    const item_id = item?.id ?? ''
    const truncate = { type: 'conversation.item.truncate' as const, item_id, content_index: 0 }
    client.send({ ...truncate, audio_end_ms: 501 })
    expect(await client.next('error')).toMatchObject({ error: { param: 'audio_end_ms' } })
    client.send({ ...truncate, audio_end_ms: 250 })
    await client.next('conversation.item.truncated')
    client.send({ type: 'conversation.item.retrieve', item_id })
    expect((await client.next('conversation.item.retrieved')).item).toMatchObject({
      content: [{ transcript: 'One two' }],
    })
    client.send({ type: 'conversation.item.delete', item_id: (asked as { id: string }).id })
    await client.next('conversation.item.deleted')
    client.send({ type: 'conversation.item.retrieve', item_id: (asked as { id: string }).id })
    expect(await client.next('error')).toMatchObject({ error: { code: 'not_found', param: 'item_id' } })
    client.realtime.close()
  })

  it('answers apart from the conversation where that is wished', async () => {
    hearth.models.set('chat', says('Fine.'))
    const client = await talk(asText)
    client.send({
      type: 'response.create',
      response: { conversation: 'none', instructions: 'Be brief.', input: [said('How are you?').item] },
    })
    const { response } = await client.next('response.done')
    expect(response).toMatchObject({ status: 'completed', conversation_id: null })
    client.send({ type: 'response.create' })
    expect((await client.next('response.done')).response).toMatchObject({
      status: 'failed',
      status_details: { error: { message: expect.stringContaining('nothing to answer') } },
    })
    client.realtime.close()
  })

  it('tells what is wrong and stays open', async () => {
    const client = await talk(manual)
    const refused = async (event: object, error: object) => {
      client.realtime.socket.send(JSON.stringify(event))
      expect((await client.next('error')).error).toMatchObject(error)
    }
    await refused({ type: 'no.such', event_id: 'e1' }, { event_id: 'e1', param: 'type' })
    await refused(
      { type: 'session.update', session: { audio: { output: { speed: 9 } } } },
      { param: 'session.audio.output.speed' },
    )
    await refused({ type: 'input_audio_buffer.append', audio: '*' }, { param: 'audio' })
    await refused({ type: 'input_audio_buffer.commit' }, { code: 'input_audio_buffer_commit_empty' })
    client.realtime.socket.send('no JSON')
    expect((await client.next('error')).error).toMatchObject({ type: 'invalid_request_error' })
    client.send({ type: 'input_audio_buffer.clear' })
    await client.next('input_audio_buffer.cleared')
    client.realtime.close()
  })

  it('is not kept waiting by an ear, and understands sound that comes as an item', async () => {
    const heard = Promise.withResolvers<void>()
    const understand = understands('How are you?')
    hearth.models.set('chat', says('Well.'))
    hearth.models.set('transcribe', async run => {
      await heard.promise
      return understand(run)
    })
    const client = await talk({ ...asText, ...manual })
    const audio = Buffer.alloc(48_000).toString('base64')
    client.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_audio', audio }] },
    })
    client.send({ type: 'response.create' })
    client.send({ type: 'response.cancel' })
    expect((await client.next('response.done')).response).toMatchObject({ status: 'cancelled', output: [] })
    client.send({ type: 'response.create' })
    heard.resolve()
    expect((await client.next('response.done')).response).toMatchObject({ status: 'completed' })
    expect(hearth.asked.at(-1)?.input).toMatchObject({
      messages: [{ role: 'user', content: [{ type: 'text', text: 'How are you?' }] }],
    })
    client.realtime.close()
  })

  it('says why it cannot answer', async () => {
    const client = await talk(asText)
    client.send(said('Hello'))
    client.send({ type: 'response.create' })
    expect((await client.next('response.done')).response).toMatchObject({
      status: 'failed',
      status_details: { type: 'failed', error: { code: 'model_not_found' } },
    })
    expect(await client.next('error')).toMatchObject({ error: { code: 'model_not_found' } })
    client.realtime.close()
  })
})
