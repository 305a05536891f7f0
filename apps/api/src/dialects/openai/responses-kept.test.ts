import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ScriptedChat, startScriptedChat } from '../scripted-chat-under-test.ts'
import { dialect } from './index.ts'

let chat: ScriptedChat
let stranger: string

beforeAll(async () => {
  chat = await startScriptedChat(dialect)
  stranger = await chat.api.makeKey({ owner: await chat.api.makeOwner('stranger') })
})
afterAll(() => chat?.stop())
beforeEach(() =>
  chat.next({
    output: {
      choices: [{ index: 0, content: [{ type: 'text', text: 'Yes.' }], finish_reason: 'stop', stop_sequence: null }],
      usage: { prompt_tokens: 1, completion_tokens: 1, cached_tokens: 0, reasoning_tokens: 0 },
      omitted_messages: 0,
    },
  }),
)

interface Body {
  id: string
  data: { id: string; content: { text?: string; image_url?: string }[] }[]
  output: { id: string }[]
  has_more: boolean
  error: { message: string; param: string | null }
}

async function ask(method: string, path: string, { key = chat.key, body }: { key?: string; body?: object } = {}) {
  const response = await fetch(`${chat.url}/v1/responses${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify({ model: 'scripted', input: 'Hi', ...body }) } : {}),
  })
  return { status: response.status, body: (await response.json()) as Body }
}

const create = (body: object = {}) => ask('POST', '', { body })
/** What the model was asked last: roles, and what was said. */
const asked = () =>
  (chat.asked().input as { messages: { role: string; content: { text?: string }[] }[] }).messages.map(
    ({ role, content }) => `${role}: ${content.map(({ text }) => text).join('')}`,
  )

describe('kept responses', () => {
  it('are those of their owner alone', async () => {
    const { id, output } = (await create()).body
    const theirs = { key: stranger }
    expect((await ask('GET', `/${id}`)).status).toBe(200)
    for (const [method, path] of [
      ['GET', `/${id}`],
      ['GET', `/${id}/input_items`],
      ['POST', `/${id}/cancel`],
      ['DELETE', `/${id}`],
    ] as const) {
      expect(await ask(method, path, theirs)).toMatchObject({ status: 404 })
    }
    const gone = await ask('POST', '', { ...theirs, body: { previous_response_id: id } })
    expect(gone).toMatchObject({ status: 404, body: { error: { param: 'previous_response_id' } } })
    const input = [{ type: 'item_reference', id: output[0]?.id }]
    expect(await ask('POST', '', { ...theirs, body: { input } })).toMatchObject({ status: 404 })
    expect(await ask('DELETE', `/${id}`)).toEqual({ status: 200, body: { id, object: 'response', deleted: true } })
    expect(await ask('GET', `/${id}`)).toMatchObject({ status: 404 })
  })

  it('go on with all that was said, but not with the instructions', async () => {
    const first = (await create({ instructions: 'Be brief.' })).body
    const second = (await create({ previous_response_id: first.id, input: 'Sure?' })).body
    await create({ previous_response_id: second.id, input: 'Really?', store: false })
    expect(asked()).toEqual(['user: Hi', 'assistant: Yes.', 'user: Sure?', 'assistant: Yes.', 'user: Really?'])
    await ask('DELETE', `/${first.id}`)
    const broken = await create({ previous_response_id: second.id })
    expect(broken).toMatchObject({ status: 404, body: { error: { message: expect.stringContaining(first.id) } } })
  })

  it('list what was asked, by pages, with pictures as references', async () => {
    const url =
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    const input = [
      { role: 'user', content: 'One' },
      { role: 'assistant', content: 'Two' },
      { role: 'user', content: [{ type: 'input_image', image_url: url }] },
    ]
    const { id } = (await create({ input })).body
    const { body: latest } = await ask('GET', `/${id}/input_items?limit=2`)
    expect(latest.has_more).toBe(true)
    expect(latest.data[0]?.content).toEqual([
      { type: 'input_image', image_url: expect.stringMatching(/^upload:[\w-]+$/) },
    ])
    const { body: rest } = await ask('GET', `/${id}/input_items?limit=2&after=${latest.data[1]?.id}`)
    expect(rest).toMatchObject({ has_more: false, data: [{ content: [{ text: 'One' }] }] })
    const { body: first } = await ask('GET', `/${id}/input_items?order=asc&limit=1`)
    expect(first.data).toEqual(rest.data)
    expect(await ask('GET', `/${id}/input_items?after=nothing`)).toMatchObject({ status: 400 })
    expect(await ask('GET', `/${id}/input_items?limit=0`)).toMatchObject({ status: 400 })
    const again = await create({ input: [{ type: 'item_reference', id: latest.data[1]?.id }] })
    expect(again.status).toBe(200)
    expect(asked()).toEqual(['assistant: Two'])
  })

  it('that failed before they began are errors', async () => {
    chat.next({ output: new Error('no') })
    expect(await create()).toMatchObject({ status: 500 })
    expect(await create({ stream: true })).toMatchObject({ status: 500 })
    expect(await create({ input: [{ type: 'item_reference', id: 'msg_1' }] })).toMatchObject({
      status: 404,
      body: { error: { param: 'input' } },
    })
  })

  it('are not streamed again', async () => {
    const { id } = (await create()).body
    expect(await ask('GET', `/${id}?stream=true`)).toMatchObject({ status: 400, body: { error: { param: 'stream' } } })
  })
})
