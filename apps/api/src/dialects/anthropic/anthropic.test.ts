import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { starterChat } from '../../../../../packages/language/src/families/llama/starter-under-test.ts'
import { newerClient, type Order, olderClient, type Question } from './clients-under-test.ts'

let hearth: TestInstance

beforeAll(async () => {
  hearth = await startTestInstance({ models: [await starterChat()] })
  // The worker is linked a moment later.
  const count = async () => (await post('/v1/messages/count_tokens', asked)).status
  await vi.waitFor(async () => expect(await count()).toBe(200), { timeout: 60_000, interval: 200 })
}, 240_000)
afterAll(() => hearth?.stop())

const model = 'smollm2-135m'
const system = 'You are a helpful assistant.'
const asked: Question = { model, system, messages: [{ role: 'user', content: 'What is the capital of France?' }] }
const paris: Order = { ...asked, max_tokens: 30 }
/** Where every token is the likeliest. */
const exactly: Order = { ...paris, temperature: 0 }
const said = 'The capital of France is Paris.'
const tale: Order = {
  model,
  system,
  messages: [{ role: 'user', content: 'Tell me a long story about the sea.' }],
  max_tokens: 3000,
}
const weather = {
  name: 'get_weather',
  description: 'The weather of a city.',
  input_schema: { type: 'object' as const, properties: { city: { enum: ['Rome', 'Paris'] } }, required: ['city'] },
}
/** Does not end by itself for long: a text has to be written that is longer than the answer may be. */
const endless: Order = {
  ...tale,
  output_config: { format: { type: 'json_schema', schema: { enum: ['the sea '.repeat(2000)] } } },
}
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const address = (apiKey = hearth.key) => ({ baseURL: hearth.url, apiKey })
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  hearth.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    answer => {
      throw new Error(`expected the client to throw, it gave ${JSON.stringify(answer)}`)
    },
    (error: unknown) => error,
  )
}

describe.each([
  ['2023-06-01', olderClient],
  ['2026-10-21', newerClient],
])("anthropic's client with version %s", (version, connect) => {
  it('gets an answer, with exact usage', async () => {
    const client = connect(address())
    const answer = await client.ask(paris)
    expect(answer).toMatchObject({ id: expect.stringMatching(/^msg_\w+$/), type: 'message', role: 'assistant', model })
    expect(answer).toMatchObject({ stop_sequence: null, stop_details: null, container: null, diagnostics: null })
    expect(answer.content).toEqual([{ type: 'text', text: expect.stringMatching(/\w/) }])
    const { input_tokens, cache_read_input_tokens, output_tokens } = answer.usage
    expect(input_tokens + (cache_read_input_tokens ?? 0)).toBe(27)
    expect(await client.count(asked)).toEqual({ input_tokens: 27 })
    expect(output_tokens).toBeGreaterThan(0)
    expect(answer.stop_reason).toBe(output_tokens === 30 ? 'max_tokens' : 'end_turn')
  })

  it('ends at the limit of tokens', async () => {
    const answer = await connect(address()).ask({ ...tale, max_tokens: 5 })
    expect(answer).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 5 } })
  })

  it('streams in the order that Anthropic keeps', async () => {
    const types: string[] = []
    let text = ''
    for await (const event of await connect(address()).events({ ...tale, max_tokens: 20 })) {
      types.push(event.type)
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text
      if (event.type === 'message_start') {
        const { usage } = event.message
        expect(usage.input_tokens + (usage.cache_read_input_tokens ?? 0)).toBeGreaterThan(20)
        expect(usage.output_tokens).toBe(0)
      }
      if (event.type === 'message_delta') {
        expect(event.delta.stop_reason).toBe('max_tokens')
        expect(event.usage.output_tokens).toBe(20)
      }
    }
    expect(text.length).toBeGreaterThan(20)
    const others = types.filter(type => type !== 'content_block_delta')
    expect(others).toEqual([
      'message_start',
      'content_block_start',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    expect(types.filter(type => type === 'content_block_delta').length).toBeGreaterThan(5)
  })

  it('is given a call of the tool it asks for, whole and in pieces', async () => {
    const client = connect(address())
    const order: Order = {
      model,
      max_tokens: 200,
      messages: [{ role: 'user', content: 'How is the weather in Rome?' }],
      tools: [weather],
      tool_choice: { type: 'tool', name: 'get_weather', disable_parallel_tool_use: true },
    }
    const call = {
      type: 'tool_use',
      id: expect.any(String),
      name: 'get_weather',
      input: { city: expect.stringMatching(/^(Rome|Paris)$/) },
    }
    const whole = await client.ask(order)
    expect(whole).toMatchObject({ stop_reason: 'tool_use', content: [call] })
    const streamed = await client.stream(order).finalMessage()
    expect(streamed).toMatchObject({ stop_reason: 'tool_use', content: [call] })
    const [block] = whole.content
    const id = block?.type === 'tool_use' ? block.id : ''
    const messages: Question['messages'] = [
      ...order.messages,
      { role: 'assistant', content: [{ type: 'tool_use', id, name: 'get_weather', input: { city: 'Rome' } }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: '31 degrees, sunny' }] },
    ]
    const last = await client.ask({ ...order, messages, max_tokens: 20, tool_choice: { type: 'none' } })
    expect(last.content).toMatchObject([{ type: 'text' }])
  })

  it('is given JSON of the schema it asks for', async () => {
    const schema = {
      type: 'object',
      properties: { city: { enum: ['Paris', 'Rome'] } },
      required: ['city'],
      additionalProperties: false,
    }
    const answer = await connect(address()).ask({
      ...paris,
      output_config: { format: { type: 'json_schema', schema } },
    })
    const [block] = answer.content
    const { city } = JSON.parse(block?.type === 'text' ? block.text : '') as { city: string }
    expect(['Paris', 'Rome']).toContain(city)
  })

  it('throws its own errors', async () => {
    const client = connect(address())
    const { AuthenticationError, BadRequestError, NotFoundError } = client.errors
    const stranger = await failure(connect(address('hk_nobody')).ask(paris))
    expect(stranger).toBeInstanceOf(AuthenticationError)
    expect(stranger).toMatchObject({
      status: 401,
      requestID: expect.stringMatching(/^req_/),
      error: { type: 'error', error: { type: 'authentication_error', message: expect.stringMatching(/key/) } },
    })
    const missing = await failure(client.ask({ ...paris, model: 'claude-unknown' }))
    expect(missing).toBeInstanceOf(NotFoundError)
    expect(missing).toMatchObject({ error: { error: { type: 'not_found_error' } } })
    const streamed = await failure(client.stream({ ...paris, model: 'claude-unknown' }).finalMessage())
    expect(streamed).toBeInstanceOf(NotFoundError)
    const bad = await failure(client.ask({ ...paris, max_tokens: 0 }))
    expect(bad).toBeInstanceOf(BadRequestError)
    expect(bad).toMatchObject({
      error: { error: { type: 'invalid_request_error', message: expect.stringMatching(/^max_tokens/) } },
    })
    const seen = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } } as const
    const picture = await failure(client.ask({ ...paris, messages: [{ role: 'user', content: [seen] }] }))
    expect(picture).toBeInstanceOf(BadRequestError)
    expect(picture).toMatchObject({ message: expect.stringMatching(/does not take pictures/) })
  })

  it('finds the models', async () => {
    const { models, errors } = connect(address())
    const ids: string[] = []
    for await (const { id } of models.list()) ids.push(id)
    expect(ids).toContain(model)
    expect(await models.retrieve(model)).toMatchObject({ id: model, type: 'model', display_name: expect.any(String) })
    expect(await failure(models.retrieve('claude-unknown'))).toBeInstanceOf(errors.NotFoundError)
  })

  it('gives a run up when it leaves', async () => {
    const client = connect(address())
    const stream = client.stream(endless)
    const left = failure(stream.finalMessage())
    const state = async () => (await hearth.engine(model)).state
    await expect.poll(state, { timeout: 30_000 }).toBe('busy')
    stream.abort()
    expect(await left).toBeInstanceOf(client.errors.APIUserAbortError)
    await expect.poll(state, { timeout: 20_000 }).toBe('idle')
  })

  it('is told of an engine that dies in the midst', async () => {
    const client = connect(address())
    const types: string[] = []
    const read = async () => {
      for await (const event of await client.events(endless)) {
        types.push(event.type)
        if (types.length === 5) process.kill((await hearth.engine(model)).pid, 'SIGKILL')
      }
    }
    const broken = await failure(read())
    expect(broken).toBeInstanceOf(client.errors.APIError)
    expect(broken).toMatchObject({ error: { type: 'error', error: { type: 'api_error' } } })
    expect(types[0]).toBe('message_start')
    expect(types).not.toContain('message_stop')
    expect(await client.ask({ ...paris, max_tokens: 1 })).toMatchObject({ usage: { output_tokens: 1 } })
  })

  it(`takes a temperature as version ${version} does`, async () => {
    const client = connect(address())
    if (version === '2023-06-01') {
      const { content } = await client.ask(exactly)
      expect(content).toEqual([{ type: 'text', text: said }])
      return
    }
    const refused = await failure(client.ask(exactly))
    expect(refused).toBeInstanceOf(client.errors.BadRequestError)
    expect(refused).toMatchObject({ message: expect.stringMatching(/temperature: .*2026-10-21/) })
  })
})

describe('where every token is the likeliest', () => {
  it('streams what it would have answered', async () => {
    const client = olderClient(address())
    const message = await client.stream(exactly).finalMessage()
    expect(message).toMatchObject({
      content: [{ type: 'text', text: said }],
      stop_reason: 'end_turn',
      usage: { output_tokens: 7 },
    })
  })

  it('ends at a stop sequence and says which', async () => {
    const client = olderClient(address())
    const order = { ...exactly, stop_sequences: ['Rome', ' Paris'] }
    const met = { stop_reason: 'stop_sequence', stop_sequence: ' Paris' }
    expect(await client.ask(order)).toMatchObject({ ...met, content: [{ text: 'The capital of France is' }] })
    expect(await client.stream(order).finalMessage()).toMatchObject({
      ...met,
      content: [{ text: 'The capital of France is' }],
    })
  })

  it('counts the begin that it knows from before apart', async () => {
    const client = olderClient(address())
    await client.ask(exactly)
    const { usage } = await client.ask({
      ...exactly,
      messages: [...exactly.messages, { role: 'assistant', content: said }, { role: 'user', content: 'And of Italy?' }],
    })
    expect(usage.cache_read_input_tokens).toBeGreaterThanOrEqual(27)
    expect(usage.input_tokens).toBeGreaterThan(0)
  })
})

describe('plain requests', () => {
  it('take a temperature without a version', async () => {
    const response = await post('/v1/messages', exactly)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ content: [{ text: said }] })
  })

  it('stream named events, a ping among them, and nothing after the end', async () => {
    const response = await post('/v1/messages', { ...exactly, stream: true })
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    const frames = (await response.text()).split('\n\n').filter(frame => frame !== '' && !frame.startsWith(':'))
    for (const frame of frames) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? []
      expect(JSON.parse(data ?? '')).toMatchObject({ type: event })
    }
    expect(frames[1]).toBe('event: ping\ndata: {"type":"ping"}')
    expect(frames.at(-1)).toBe('event: message_stop\ndata: {"type":"message_stop"}')
  })

  it('are refused in words of the dialect that the path belongs to', async () => {
    const nowhere = await post('/v1/messages/nowhere', {})
    expect(nowhere.status).toBe(404)
    expect(await nowhere.json()).toEqual({
      type: 'error',
      error: { type: 'not_found_error', message: expect.any(String), details: { error_code: 'not_found' } },
      request_id: nowhere.headers.get('request-id'),
    })
    const read = await hearth.request('/v1/messages')
    expect(read.status).toBe(405)
    expect(await read.json()).toMatchObject({ type: 'error' })
    const other = await post('/v1/nowhere', {})
    expect(await other.json()).toMatchObject({ error: { param: null } })
    const broken = await hearth.request('/v1/messages', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{',
    })
    expect(broken.status).toBe(400)
  })
})
