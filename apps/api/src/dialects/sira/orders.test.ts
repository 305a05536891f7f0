import { createHmac } from 'node:crypto'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import OpenAI, { NotFoundError } from 'openai'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { starterChat } from '../../../../../packages/language/src/families/llama/starter-under-test.ts'
import { failure } from '../openai/failure-under-test.ts'
import { type Receiver, startReceiver } from './receiver-under-test.ts'

let hearth: TestInstance
let receiver: Receiver
let client: OpenAI

beforeAll(async () => {
  receiver = await startReceiver()
  hearth = await startTestInstance({ models: [await starterChat()], env: { HEARTH_WEBHOOK_HOSTS: '127.0.0.1' } })
  client = new OpenAI({
    baseURL: `${hearth.url}/api/v1/ai`,
    apiKey: 'of no account',
    defaultHeaders: { 'x-api-key': hearth.key },
    maxRetries: 0,
  })
}, 240_000)
beforeEach(() => {
  receiver.answer(204)
  receiver.knocks.length = 0
})
afterAll(async () => {
  await hearth?.stop()
  await receiver?.close()
})

const paris = {
  model: 'smollm2-135m',
  messages: [
    { role: 'system', content: 'You are a helpful assistant.' },
    { role: 'user', content: 'What is the capital of France?' },
  ],
  temperature: 0,
} as const
const said = 'The capital of France is Paris.'

interface Kept {
  request_id: string
  status: string
  [more: string]: unknown
}

const order = (more: object = {}) =>
  client.post<Kept>('/chat/completions', { body: { ...paris, async: true, ...more } })
const ask = (id: string) => client.get<Kept>(`/requests/${id}`)
const soon = { timeout: 60_000, interval: 50 }
const told = () =>
  vi.waitFor(() => {
    expect(receiver.knocks.length).toBeGreaterThan(0)
    return receiver.knocks
  }, soon)

interface Webhooks {
  secret: string
  deliveries: { id: string; job: string; state: string; attempts: number; error: string | null }[]
}
const webhooks = async () => (await (await hearth.request('/api/v1/webhooks')).json()) as Webhooks
const deliveryOf = async ({ request_id }: Kept) =>
  (await webhooks()).deliveries.find(({ job }) => `req_${job}` === request_id)

async function post(path: string, body: object): Promise<Response> {
  return hearth.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

it('keeps an order, runs it, and tells of it, signed, what it says when asked', async () => {
  const { data: answer, response } = await order({ webhook_url: receiver.url }).withResponse()
  expect(response.status).toBe(202)
  expect(answer).toEqual({
    request_id: expect.stringMatching(/^req_/),
    status: 'queued',
    estimated_time: null,
    webhook_url: receiver.url,
  })
  const [knock] = await told()
  const { headers, body } = knock ?? { headers: {}, body: '' }
  const kept = await ask(answer.request_id)
  expect(kept).toMatchObject({
    status: 'completed',
    result: {
      object: 'chat.completion',
      model: paris.model,
      choices: [{ index: 0, message: { role: 'assistant', content: said }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 27, completion_tokens: 7, total_tokens: 34 },
    },
  })
  expect(Date.parse(String(kept.completed_at))).toBeGreaterThanOrEqual(Date.parse(String(kept.created_at)))
  expect(JSON.parse(body)).toEqual(kept)
  const key = (await webhooks()).secret
  const mac = createHmac('sha256', Buffer.from(key.replace('whsec_', ''), 'base64'))
    .update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`)
    .digest('base64')
  expect(headers['webhook-signature']).toBe(`v1,${mac}`)
  expect(await client.webhooks.unwrap(body, headers, key)).toEqual(kept)
  const again = await order()
  expect(again).toMatchObject({ estimated_time: expect.any(Number), webhook_url: null })
})

it('tries a receiver again that failed, from the next api when this one was killed', async () => {
  receiver.answer(503)
  const kept = await order({ webhook_url: receiver.url })
  await vi.waitFor(async () => expect((await deliveryOf(kept))?.error).toMatch(/status 503/), soon)
  const killed = hearth.pids().api ?? 0
  process.kill(killed, 'SIGKILL')
  receiver.answer(204)
  await vi.waitFor(async () => expect(await deliveryOf(kept)).toMatchObject({ state: 'delivered', error: null }), {
    ...soon,
    timeout: 120_000,
  })
  expect(hearth.pids().api).not.toBe(killed)
  expect(receiver.knocks.length).toBeGreaterThan(1)
  expect(new Set(receiver.knocks.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  expect(new Set(receiver.knocks.map(({ body }) => body)).size).toBe(1)
}, 180_000)

it('tells of an order that failed and of one that was cancelled', async () => {
  const content = 'sea '.repeat(5000)
  const long = await order({ messages: [{ role: 'user', content }], webhook_url: receiver.url })
  const [failed] = await told()
  expect(JSON.parse(failed?.body ?? '')).toEqual({
    request_id: long.request_id,
    status: 'failed',
    created_at: expect.any(String),
    completed_at: expect.any(String),
    error: {
      message: expect.stringMatching(/takes \d+ tokens, and the context of the model has 4096/),
      type: 'invalid_request_error',
      code: 400,
    },
  })
  receiver.knocks.length = 0
  const tale = [{ role: 'user', content: 'Tell me a long story about the sea.' }]
  const wished = await order({ messages: tale, max_tokens: 4000, n: 8, webhook_url: receiver.url })
  await post(`/api/v1/jobs/${wished.request_id.slice('req_'.length)}/cancel`, {})
  const [cancelled] = await told()
  expect(JSON.parse(cancelled?.body ?? '')).toMatchObject({ request_id: wished.request_id, status: 'cancelled' })
  expect(await ask(wished.request_id)).toEqual(JSON.parse(cancelled?.body ?? ''))
})

it('takes the same order once under an Idempotency-Key', async () => {
  const headers = { 'idempotency-key': 'once' }
  const send = (more: object) =>
    client.post<Kept>('/chat/completions', { body: { ...paris, async: true, ...more }, headers })
  const [first, second] = [await send({}), await send({})]
  expect(second.request_id).toBe(first.request_id)
  expect(await failure(send({ temperature: 1 }))).toMatchObject({ status: 409 })
})

it.each([
  'http://127.0.0.2:1/',
  'https://localhost/',
  'https://10.0.0.1/',
  'https://169.254.169.254/latest',
  'https://0.0.0.0/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'http://1.1.1.1/',
  'ftp://127.0.0.1/',
  'https://me:secret@1.1.1.1/',
  'somewhere',
])('refuses to tell %s, when it is ordered', async address => {
  const before = (await webhooks()).deliveries.length
  expect(await failure(order({ webhook_url: address }))).toMatchObject({
    status: 400,
    error: { type: 'invalid_request_error', code: 400, message: expect.stringMatching(/^webhook_url: /) },
  })
  expect((await webhooks()).deliveries).toHaveLength(before)
})

it('refuses what cannot be: a stream later, a webhook of an answer that is there at once', async () => {
  expect(await failure(order({ stream: true }))).toMatchObject({ status: 400 })
  const told = { ...paris, webhook_url: receiver.url }
  expect(await failure(client.post('/chat/completions', { body: told }))).toMatchObject({ status: 400 })
  expect(await failure(order({ model: 'nobody/knows' }))).toBeInstanceOf(NotFoundError)
})

it('makes another secret when it is told to', async () => {
  const { secret } = await webhooks()
  const renewed = (await (await post('/api/v1/webhooks/secret', {})).json()) as { secret: string }
  expect(renewed.secret).toMatch(/^whsec_/)
  expect(renewed.secret).not.toBe(secret)
  expect((await webhooks()).secret).toBe(renewed.secret)
})
