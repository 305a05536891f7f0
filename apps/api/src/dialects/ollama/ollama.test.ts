import { AppError } from '@hearth/contract'
import type { Chunk } from '@hearth/language/chat/spec'
import { Ollama } from 'ollama'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noUsage, type ScriptedChat, startScriptedChat } from '../scripted-chat-under-test.ts'
import { dialect } from './index.ts'

let chat: ScriptedChat
let client: Ollama

beforeAll(async () => {
  chat = await startScriptedChat(dialect, { door: true })
  client = new Ollama({ host: chat.url })
})
afterAll(() => chat?.stop())

const model = 'scripted:latest'
const messages = [{ role: 'user', content: 'Hi' }]
const ended = { finish_reason: 'stop', stop_sequence: null } as const
const usage = { ...noUsage, prompt_tokens: 7, completion_tokens: 5 }
const output = (content: object[], more: object = {}) => ({
  choices: [{ index: 0, content, ...ended, ...more }],
  usage,
  omitted_messages: 0,
})
const text = (text: string): Chunk => ({ type: 'text', index: 0, text })
const crash = () => new AppError('engine-crashed', 'the engine ended', { hint: 'Try again.' })
/** As `curl -d` does it: with a type that is none of JSON. */
const post = (path: string, body: unknown, init: RequestInit = {}) =>
  fetch(`${chat.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: JSON.stringify(body),
    ...init,
  })

describe('through the client of Ollama', () => {
  it('chats in whole and in pieces', async () => {
    chat.next({ chunks: [text('Par'), text('is')], output: output([{ type: 'text', text: 'Paris' }]) })
    const whole = await client.chat({ model, messages, options: { temperature: 0 } })
    expect(whole).toMatchObject({
      model,
      message: { content: 'Paris' },
      done: true,
      done_reason: 'stop',
      eval_count: 5,
    })
    expect(chat.asked()).toMatchObject({ task: 'chat', model: 'scripted', input: { temperature: 0 } })
    const pieces: string[] = []
    for await (const { message, done } of await client.chat({ model, messages, stream: true })) {
      pieces.push(message.content)
      expect(done).toBe(pieces.length === 3)
    }
    expect(pieces).toEqual(['Par', 'is', ''])
  })

  it('generates from a prompt, and from one as it is', async () => {
    chat.next({ output: output([{ type: 'text', text: 'Paris' }]) })
    expect((await client.generate({ model, prompt: 'Hi', system: 'Be brief' })).response).toBe('Paris')
    const completed = { choices: [{ index: 0, text: 'is', ...ended }], usage }
    chat.next({ chunks: [text('i'), text('s')], output: completed })
    expect((await client.generate({ model, prompt: 'Par', raw: true })).response).toBe('is')
    expect(chat.asked()).toMatchObject({ task: 'complete', input: { prompt: 'Par' } })
    const pieces: (string | undefined)[] = []
    for await (const { response } of await client.generate({ model, prompt: 'Par', raw: true, stream: true })) {
      pieces.push(response)
    }
    expect(pieces).toEqual(['i', 's', ''])
  })

  it('calls tools and takes their results', async () => {
    const call: Chunk = {
      type: 'tool_call',
      index: 0,
      call: 0,
      id: 'c1',
      name: 'weather',
      arguments: '{"city":"Rome"}',
    }
    chat.next({ chunks: [call], output: output([call], { finish_reason: 'tool_calls' }) })
    const tools = [
      {
        type: 'function',
        function: {
          name: 'weather',
          description: 'x',
          parameters: { type: 'object', properties: { city: { type: 'string' } } },
        },
      },
    ]
    const { message } = await client.chat({ model, messages, tools })
    expect(message.tool_calls).toMatchObject([{ function: { name: 'weather', arguments: { city: 'Rome' } } }])
    chat.next({ output: output([{ type: 'text', text: 'Sunny' }]) })
    const result = { role: 'tool', content: 'sun', tool_name: 'weather' }
    await client.chat({ model, messages: [...messages, message, result], tools })
    expect(chat.asked().input).toMatchObject({
      messages: [{}, { content: [{ type: 'tool_call', id: 'c1' }] }, { content: [{ tool_call_id: 'c1' }] }],
    })
  })

  it('throws where the model dies in the middle', async () => {
    chat.next({ chunks: [text('Par')], output: crash() })
    const pieces: string[] = []
    const read = async () => {
      for await (const { message } of await client.chat({ model, messages, stream: true })) pieces.push(message.content)
    }
    await expect(read()).rejects.toThrow('the engine ended. Try again.')
    expect(pieces).toEqual(['Par'])
  })

  it('embeds, at unit length', async () => {
    chat.next({ output: { embeddings: [[3, 4]], dimensions: 2, prompt_tokens: 2, truncated: [] } })
    const { embeddings } = await client.embed({ model, input: ['a'] })
    expect(embeddings).toEqual([[0.6, 0.8]])
    expect(chat.asked()).toMatchObject({ task: 'embed-text', input: { texts: ['a'], truncate: true } })
    expect((await client.embeddings({ model, prompt: 'a' })).embedding).toEqual([0.6, 0.8])
  })

  it('tells what is wrong', async () => {
    await expect(client.chat({ model: 'nobody', messages })).rejects.toMatchObject({
      status_code: 404,
      message: expect.stringContaining("model 'nobody' not found"),
    })
    await expect(client.show({ model: 'nobody' })).rejects.toMatchObject({ status_code: 404 })
    await expect(client.pull({ model: 'nobody' })).rejects.toThrow("model 'nobody' not found")
    await expect(client.delete({ model: 'nobody' })).rejects.toThrow("model 'nobody' not found")
    const hot = client.chat({ model, messages, options: { temperature: 9 } })
    await expect(hot).rejects.toMatchObject({ status_code: 400, message: expect.stringContaining('temperature') })
  })
})

describe('as programs ask', () => {
  it('says that it runs, to whoever looks', async () => {
    const looked = await fetch(chat.url)
    expect([looked.status, await looked.text()]).toEqual([200, 'Ollama is running'])
    expect((await fetch(chat.url, { method: 'HEAD' })).status).toBe(200)
    expect(await (await fetch(`${chat.url}/api/version`)).json()).toEqual({
      version: expect.stringMatching(/^[\d.]+$/),
    })
    expect(await (await fetch(`${chat.url}/api/ps`)).json()).toEqual({ models: [] })
  })

  it('streams lines unless told otherwise, whatever the body is called', async () => {
    chat.next({ chunks: [text('Par')], output: output([]) })
    const response = await post('/api/generate', { model, prompt: 'Hi' })
    expect(response.headers.get('content-type')).toBe('application/x-ndjson')
    const lines = (await response.text()).trimEnd().split('\n')
    expect(lines.map(line => JSON.parse(line))).toMatchObject([{ response: 'Par', done: false }, { done: true }])
  })

  it('ends a broken stream with the error', async () => {
    chat.next({ chunks: [text('Par')], output: crash() })
    const lines = (await (await post('/api/chat', { model, messages })).text()).trimEnd().split('\n')
    expect(lines.map(line => JSON.parse(line))).toMatchObject([
      { done: false },
      { error: 'the engine ended. Try again.' },
    ])
  })

  it('answers with a status what breaks before the first piece', async () => {
    chat.next({ output: crash() })
    const response = await post('/api/chat', { model, messages })
    expect([response.status, await response.json()]).toEqual([500, { error: 'the engine ended. Try again.' }])
  })

  it('gives a run up when the client leaves', async () => {
    const never = Promise.withResolvers<unknown>()
    chat.next({ chunks: [text('Par')], output: never.promise })
    const abort = new AbortController()
    const response = await post('/api/chat', { model, messages }, { signal: abort.signal })
    expect(response.status).toBe(200)
    expect(chat.asked().signal.aborted).toBe(false)
    abort.abort()
    await expect.poll(() => chat.asked().signal.aborted, { timeout: 10_000 }).toBe(true)
  })

  it.each([
    ['', 'missing request body'],
    ['{', 'the body is not valid JSON'],
  ])('refuses the body %j', async (body, error) => {
    const response = await post('/api/chat', {}, { body })
    expect([response.status, await response.json()]).toEqual([400, { error }])
  })

  it('speaks the words of OpenAI as well', async () => {
    chat.next({ output: output([{ type: 'text', text: 'Paris' }]) })
    const other = new OpenAI({ baseURL: `${chat.url}/v1`, apiKey: 'ollama', maxRetries: 0 })
    const { choices } = await other.chat.completions.create({
      model: 'scripted',
      messages: [{ role: 'user', content: 'Hi' }],
    })
    expect(choices[0]?.message.content).toBe('Paris')
    expect(await (await fetch(`${chat.url}/v1/nowhere`)).json()).toMatchObject({
      error: { type: 'invalid_request_error' },
    })
    expect(await (await fetch(`${chat.url}/nowhere`)).json()).toEqual({ error: expect.any(String) })
  })
})
