import { cancel } from '@hearth/jobs'
import type { Chunk } from '@hearth/language/chat/spec'
import { jobs } from '@hearth/store'
import OpenAI, { AuthenticationError, NotFoundError } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failure } from '../openai/failure-under-test.ts'
import { noUsage, type ScriptedChat, startScriptedChat } from '../scripted-chat-under-test.ts'
import { dialect } from './index.ts'
import { siraModels } from './model-list.ts'

let chat: ScriptedChat
let client: OpenAI

beforeAll(async () => {
  chat = await startScriptedChat(dialect)
  client = clientOf(chat.key)
})
afterAll(() => chat.stop())

/** As the gateway's documents have it, over OpenAI's client, which sends a bearer of its own as well. */
function clientOf(key: string): OpenAI {
  const baseURL = `${chat.url}/api/v1/ai`
  return new OpenAI({ baseURL, apiKey: 'of no account', defaultHeaders: { 'X-API-Key': key }, maxRetries: 0 })
}

const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Hello' }]
const hello = { model: 'scripted', messages }
const text = { type: 'text', text: 'Good day.' } as const
const output = {
  choices: [{ index: 0, content: [text], finish_reason: 'stop', stop_sequence: null }],
  usage: { ...noUsage, prompt_tokens: 13, completion_tokens: 4 },
  omitted_messages: 0,
}
const chunks: Chunk[] = [
  { type: 'start', prompt_tokens: 13, cached_tokens: 0 },
  { type: 'text', index: 0, text: 'Good ' },
  { type: 'text', index: 0, text: 'day.' },
  { type: 'finish', index: 0, finish_reason: 'stop', stop_sequence: null },
]
const order = (key = chat.key) =>
  clientOf(key).post<{ request_id: string }>('/chat/completions', { body: { ...hello, async: true } })

function gatewayHeaders(headers: Headers | undefined, model: string): void {
  const sent = Object.fromEntries(headers ?? [])
  expect(sent).toMatchObject({
    'x-cache-status': 'MISS',
    'x-ai-provider': 'local',
    'x-ai-model': model,
    'x-gateway-version': chat.api.deps.config.version,
    'x-response-time': expect.stringMatching(/^\d+$/),
    'x-request-id': expect.stringMatching(/^req_/),
  })
}

describe('chats', () => {
  it('are answered as OpenAI does, with what this gateway takes where nothing is said', async () => {
    chat.next({ output })
    const { data, response } = await client.chat.completions.create(hello).withResponse()
    expect(data).toMatchObject({
      object: 'chat.completion',
      model: 'scripted',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Good day.' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 13, completion_tokens: 4, total_tokens: 17 },
    })
    expect(chat.asked().input).toMatchObject({ temperature: 0.7, max_tokens: 1000 })
    gatewayHeaders(response.headers, 'scripted')
    expect(response.headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/)
    await client.chat.completions.create({ ...hello, temperature: 0, max_tokens: 5 })
    expect(chat.asked().input).toMatchObject({ temperature: 0, max_tokens: 5 })
  })

  it('are streamed', async () => {
    chat.next({ chunks, output })
    const { data, response } = await client.chat.completions.create({ ...hello, stream: true }).withResponse()
    let whole = ''
    for await (const piece of data) whole += piece.choices[0]?.delta.content ?? ''
    expect(whole).toBe('Good day.')
    gatewayHeaders(response.headers, 'scripted')
    expect(response.headers.get('x-ratelimit-remaining')).toMatch(/^\d+$/)
  })

  it('tell in the stream, in the words of the gateway, that the model died', async () => {
    chat.next({ chunks: chunks.slice(0, 2), output: new Error('it is dead') })
    const response = await fetch(`${chat.url}/api/v1/ai/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': chat.key },
      body: JSON.stringify({ ...hello, stream: true }),
    })
    const last = (await response.text()).trim().split('\n\n').at(-1)?.replace('data: ', '') ?? ''
    expect(JSON.parse(last)).toEqual({
      error: { message: expect.any(String), type: 'server_error', code: 500 },
      request_id: response.headers.get('x-request-id'),
    })
  })
})

it('makes vectors', async () => {
  chat.next({ output: { embeddings: [[0.5, -0.25]], dimensions: 2, prompt_tokens: 8, truncated: [] } })
  const { data, response } = await client.embeddings.create({ model: 'scripted', input: 'food' }).withResponse()
  expect(data).toMatchObject({ object: 'list', model: 'scripted', usage: { prompt_tokens: 8, total_tokens: 8 } })
  expect(Array.from(data.data[0]?.embedding ?? [])).toEqual([0.5, -0.25])
  gatewayHeaders(response.headers, 'scripted')
})

it('lists models for chats and vectors, each with its permission', async () => {
  const { deps } = chat.api
  const [some] = await deps.models.list()
  if (!some) throw new Error('no model at all')
  const models = [
    { ...some, id: 'talks', tasks: ['chat'], state: 'installed' as const },
    { ...some, id: 'draws', tasks: ['text-to-image'], state: 'installed' as const },
  ]
  expect(siraModels(models, ['chat']).data).toEqual([
    {
      id: 'talks',
      object: 'model',
      created: 0,
      owned_by: some.family,
      permission: [expect.objectContaining({ object: 'model_permission', allow_sampling: true, is_blocking: false })],
      root: 'talks',
      parent: null,
    },
  ])
  const { data, response } = await client.models.list().withResponse()
  expect(data.object).toBe('list')
  gatewayHeaders(response.headers, 'none')
})

describe('refusals', () => {
  it('have the form and the headers of the gateway', async () => {
    const wrong = await failure(clientOf('hk_wrong').models.list())
    expect(wrong).toBeInstanceOf(AuthenticationError)
    expect(wrong.error).toMatchObject({ type: 'authentication_error', code: 401 })
    gatewayHeaders(wrong.headers, 'none')
    const nowhere = await fetch(`${chat.url}/api/v1/ai/cache/stats`, { headers: { 'x-api-key': chat.key } })
    expect(nowhere.status).toBe(404)
    expect(await nowhere.json()).toEqual({
      error: { message: expect.any(String), type: 'not_found_error', code: 404 },
      request_id: nowhere.headers.get('x-request-id'),
    })
    gatewayHeaders(nowhere.headers, 'none')
    const method = await fetch(`${chat.url}/api/v1/ai/models`, { method: 'POST' })
    expect(method.status).toBe(405)
    gatewayHeaders(method.headers, 'none')
  })

  it('name the field, and the model that is not there', async () => {
    const hot = await failure(client.chat.completions.create({ ...hello, temperature: 3 }))
    expect(hot.error).toMatchObject({ code: 400, message: expect.stringMatching(/^temperature/) })
    const missing = await failure(client.chat.completions.create({ ...hello, model: 'kein/Modell' }))
    expect(missing).toBeInstanceOf(NotFoundError)
    gatewayHeaders(missing.headers, 'kein/Modell')
    const odd = await failure(client.chat.completions.create({ ...hello, model: '模型\n' }))
    expect(odd).toBeInstanceOf(NotFoundError)
    gatewayHeaders(odd.headers, 'none')
  })

  it('say when to come again', async () => {
    const key = await chat.api.makeKey({ rateStatus: 1 })
    await clientOf(key).models.list()
    const refused = await failure(clientOf(key).models.list())
    expect(refused.error).toMatchObject({ type: 'rate_limit_error', code: 429 })
    expect(Object.fromEntries(refused.headers ?? [])).toMatchObject({
      'x-ratelimit-limit': '1',
      'x-ratelimit-remaining': '0',
      'retry-after': expect.stringMatching(/^\d+$/),
    })
  })
})

describe('orders', () => {
  it('are kept as jobs, and told of as they stand', async () => {
    const { request_id } = await order()
    const { data, response } = await client.get<object>(`/requests/${request_id}`).withResponse()
    expect(data).toEqual({ request_id, status: 'queued', created_at: expect.any(String), completed_at: null })
    expect(response.headers.get('x-ai-model')).toBe('scripted')
    await cancel(chat.api.deps.queue, { id: request_id.slice('req_'.length) })
    expect(await client.get(`/requests/${request_id}`)).toMatchObject({
      status: 'cancelled',
      completed_at: expect.any(String),
    })
  })

  it('are nobody else’s, and jobs of other doors are none', async () => {
    const { request_id } = await order()
    const stranger = clientOf(await chat.api.makeKey({ owner: await chat.api.makeOwner('stranger') }))
    expect(await failure(stranger.get(`/requests/${request_id}`))).toBeInstanceOf(NotFoundError)
    const { owner, deps } = chat.api
    const other = { task: 'echo', owner, model: 'm', family: 'f', input: {} }
    const { job } = await jobs.create(deps.store, other)
    for (const id of [`req_${job.id}`, 'req_00000000', 'nothing', request_id.slice('req_'.length)]) {
      expect(await failure(client.get(`/requests/${id}`)), id).toBeInstanceOf(NotFoundError)
    }
  })
})
