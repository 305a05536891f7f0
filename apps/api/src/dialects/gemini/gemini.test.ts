import { ApiError, FunctionCallingConfigMode, GoogleGenAI, Type } from '@google/genai'
import { AppError } from '@hearth/contract'
import type { Chunk } from '@hearth/language/chat/spec'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noUsage, type ScriptedChat, startScriptedChat } from '../scripted-chat-under-test.ts'
import { dialect } from './index.ts'

let chat: ScriptedChat
let client: GoogleGenAI

beforeAll(async () => {
  chat = await startScriptedChat(dialect)
  client = new GoogleGenAI({ apiKey: chat.key, httpOptions: { baseUrl: chat.url } })
})
afterAll(() => chat?.stop())

const model = 'scripted'
const ended = { finish_reason: 'stop', stop_sequence: null } as const
const usage = { ...noUsage, prompt_tokens: 7, completion_tokens: 5 }
const output = (content: object[], more: object = {}) => ({
  choices: [{ index: 0, content, ...ended, ...more }],
  usage,
  omitted_messages: 0,
})
const text = (text: string): Chunk => ({ type: 'text', index: 0, text })
const crash = () => new AppError('engine-crashed', 'the engine ended', { hint: 'Try again.' })

async function failure(work: Promise<unknown>): Promise<ApiError> {
  const thrown: unknown = await work.then(
    () => undefined,
    error => error,
  )
  if (thrown instanceof ApiError) return thrown
  throw new Error(`expected the client to throw, it gave ${String(thrown)}`)
}

const post = (path: string, body: unknown, headers: Record<string, string> = { 'x-goog-api-key': chat.key }) =>
  fetch(`${chat.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
const hi = { contents: [{ parts: [{ text: 'Hi' }] }] }

describe('through the client of Google', () => {
  it('answers, with what was used', async () => {
    chat.next({ output: output([{ type: 'text', text: 'Paris' }]) })
    const answer = await client.models.generateContent({
      model,
      contents: 'What is the capital of France?',
      config: { systemInstruction: 'Be brief', temperature: 0, maxOutputTokens: 10, stopSequences: ['END'] },
    })
    expect(answer.text).toBe('Paris')
    expect(answer.candidates?.[0]?.finishReason).toBe('STOP')
    expect(answer.usageMetadata).toMatchObject({ promptTokenCount: 7, candidatesTokenCount: 5, totalTokenCount: 12 })
    expect(answer).toMatchObject({ modelVersion: 'scripted', responseId: expect.stringMatching(/./) })
    expect(chat.asked()).toMatchObject({
      task: 'chat',
      model: 'scripted',
      input: {
        messages: [
          { role: 'system', content: [{ type: 'text', text: 'Be brief' }] },
          { role: 'user', content: [{ type: 'text', text: 'What is the capital of France?' }] },
        ],
        temperature: 0,
        max_tokens: 10,
        stop: ['END'],
      },
    })
  })

  it('streams', async () => {
    chat.next({
      chunks: [{ type: 'start', prompt_tokens: 7, cached_tokens: 0 }, text('Par'), text('is')],
      output: output([]),
    })
    const texts: (string | undefined)[] = []
    let last: { finishReason?: unknown; total?: number | undefined } = {}
    for await (const piece of await client.models.generateContentStream({ model, contents: 'Where?' })) {
      texts.push(piece.text)
      last = { finishReason: piece.candidates?.[0]?.finishReason, total: piece.usageMetadata?.totalTokenCount }
    }
    expect(texts).toEqual(['Par', 'is', ''])
    expect(last).toEqual({ finishReason: 'STOP', total: 12 })
  })

  it('throws where the model dies in the middle', async () => {
    chat.next({ chunks: [text('Par')], output: crash() })
    const texts: (string | undefined)[] = []
    const read = async () => {
      for await (const piece of await client.models.generateContentStream({ model, contents: 'x' }))
        texts.push(piece.text)
    }
    const error = await failure(read())
    expect(texts).toEqual(['Par'])
    expect(error).toMatchObject({ status: 500, message: expect.stringContaining('the engine ended. Try again.') })
  })

  it('calls functions and takes their results', async () => {
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
        functionDeclarations: [
          { name: 'weather', parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } } } },
        ],
      },
    ]
    const config = { tools, toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } } }
    const conversation = client.chats.create({ model, config })
    const first = await conversation.sendMessage({ message: 'Weather in Rome?' })
    expect(first.functionCalls).toEqual([{ id: 'c1', name: 'weather', args: { city: 'Rome' } }])
    expect(chat.asked().input).toMatchObject({
      tools: [{ name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } }],
      tool_choice: 'required',
    })
    chat.next({ output: output([{ type: 'text', text: 'Sunny' }]) })
    const response = { functionResponse: { id: 'c1', name: 'weather', response: { output: 'sun' } } }
    expect((await conversation.sendMessage({ message: response })).text).toBe('Sunny')
    expect(chat.asked().input).toMatchObject({
      messages: [
        { role: 'user' },
        { role: 'assistant', content: [{ type: 'tool_call', id: 'c1', arguments: '{"city":"Rome"}' }] },
        { role: 'tool', content: [{ tool_call_id: 'c1', content: [{ text: 'sun' }] }] },
      ],
    })
  })

  it('shows thoughts apart', async () => {
    chat.next({
      output: output([
        { type: 'reasoning', text: 'hm' },
        { type: 'text', text: 'Paris' },
      ]),
    })
    const config = { thinkingConfig: { includeThoughts: true } }
    const answer = await client.models.generateContent({ model, contents: 'x', config })
    expect(answer.text).toBe('Paris')
    expect(answer.candidates?.[0]?.content?.parts?.[0]).toMatchObject({ text: 'hm', thought: true })
  })

  it('counts and embeds', async () => {
    chat.next({ output: { prompt_tokens: 11 } })
    expect((await client.models.countTokens({ model, contents: 'Hi' })).totalTokens).toBe(11)
    chat.next({
      output: {
        embeddings: [
          [1, 0],
          [0, 1],
        ],
        dimensions: 2,
        prompt_tokens: 2,
        truncated: [],
      },
    })
    const { embeddings } = await client.models.embedContent({
      model,
      contents: ['a', 'b'],
      config: { outputDimensionality: 2 },
    })
    expect(embeddings?.map(({ values }) => values)).toEqual([
      [1, 0],
      [0, 1],
    ])
    expect(chat.asked()).toMatchObject({
      task: 'embed-text',
      input: { texts: ['a', 'b'], dimensions: 2, truncate: true },
    })
  })

  it('tells what is wrong with a request', async () => {
    const missing = await failure(client.models.generateContent({ model: 'nobody', contents: 'x' }))
    expect(missing).toMatchObject({ status: 404, message: expect.stringContaining('"status":"NOT_FOUND"') })
    const bad = await failure(client.models.generateContent({ model, contents: 'x', config: { temperature: 9 } }))
    expect(bad.status).toBe(400)
    expect(JSON.parse(bad.message)).toMatchObject({
      error: {
        code: 400,
        status: 'INVALID_ARGUMENT',
        details: [{ fieldViolations: [{ field: 'generationConfig.temperature' }] }],
      },
    })
    const stranger = new GoogleGenAI({ apiKey: 'hk_wrong', httpOptions: { baseUrl: chat.url } })
    expect(await failure(stranger.models.generateContent({ model, contents: 'x' }))).toMatchObject({
      status: 401,
      message: expect.stringContaining('API_KEY_INVALID'),
    })
  })
})

describe('as curl asks', () => {
  it('takes the key from the address', async () => {
    chat.next({ output: output([{ type: 'text', text: 'Paris' }]) })
    const path = `/v1beta/models/${model}:generateContent`
    expect((await post(`${path}?key=${chat.key}`, hi, {})).status).toBe(200)
    expect((await post(`${path}?key=hk_wrong`, hi, {})).status).toBe(401)
    expect((await post(path, hi, {})).status).toBe(401)
  })

  it('streams one JSON array unless SSE is asked for', async () => {
    chat.next({ chunks: [text('Par'), text('is')], output: output([]) })
    const response = await post(`/v1beta/models/${model}:streamGenerateContent`, hi)
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    const pieces = (await response.json()) as { candidates: { content: { parts: { text: string }[] } }[] }[]
    expect(pieces.map(({ candidates }) => candidates[0]?.content.parts[0]?.text)).toEqual(['Par', 'is', ''])
  })

  it.each([
    ['array', '', [text('Par')]],
    ['SSE', '?alt=sse', [text('Par')]],
  ])('ends a broken %s with the error', async (_, query, chunks) => {
    chat.next({ chunks, output: crash() })
    const response = await post(`/v1beta/models/${model}:streamGenerateContent${query}`, hi)
    expect(response.status).toBe(200)
    const body = await response.text()
    expect(body).not.toContain('finishReason')
    const last =
      query === '' ? (JSON.parse(body) as unknown[]).at(-1) : JSON.parse(body.trim().split('data: ').at(-1) ?? '')
    expect(last).toMatchObject({ error: { code: 500, status: 'INTERNAL', message: 'the engine ended. Try again.' } })
  })

  it('answers with a status what breaks before the first piece', async () => {
    chat.next({ output: crash() })
    const response = await post(`/v1beta/models/${model}:streamGenerateContent?alt=sse`, hi)
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({ error: { status: 'INTERNAL' } })
  })

  it('embeds one text', async () => {
    chat.next({ output: { embeddings: [[1, 0]], dimensions: 2, prompt_tokens: 2, truncated: [] } })
    const response = await post(`/v1beta/models/${model}:embedContent`, {
      content: { parts: [{ text: 'a' }, { text: 'b' }] },
    })
    expect(await response.json()).toEqual({ embedding: { values: [1, 0] } })
    expect(chat.asked().input).toMatchObject({ texts: ['ab'] })
  })

  it('counts a whole request', async () => {
    chat.next({ output: { prompt_tokens: 3 } })
    const whole = {
      generateContentRequest: { model: `models/${model}`, ...hi, systemInstruction: { parts: [{ text: 'S' }] } },
    }
    expect(await (await post(`/v1beta/models/${model}:countTokens`, whole)).json()).toEqual({ totalTokens: 3 })
    expect(chat.asked().input).toMatchObject({ messages: [{ role: 'system' }, { role: 'user' }] })
  })

  it('knows no other methods and no other models', async () => {
    for (const path of [`${model}:generateVideos`, `${model}:toString`, model, `:generateContent`]) {
      const response = await post(`/v1beta/models/${path}`, hi)
      expect([path, response.status]).toEqual([path, 404])
      expect(await response.json()).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } })
    }
    const response = await fetch(`${chat.url}/v1beta/models/starter?key=${chat.key}`)
    expect(await response.json()).toMatchObject({ error: { message: 'the model starter is not for text' } })
  })
})
