import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import OpenAI, { BadRequestError, NotFoundError } from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { starterChat } from '../../../../../packages/language/src/families/llama/starter-under-test.ts'
import { failure } from './failure-under-test.ts'

let hearth: TestInstance
let client: OpenAI

beforeAll(async () => {
  hearth = await startTestInstance({ models: [await starterChat()] })
  client = new OpenAI({ baseURL: `${hearth.url}/v1`, apiKey: hearth.key, maxRetries: 0 })
  // The worker is linked a moment later.
  const ask = () => client.chat.completions.create({ ...paris, max_tokens: 1 })
  await vi.waitFor(ask, { timeout: 60_000, interval: 200 })
}, 240_000)
afterAll(() => hearth?.stop())

const model = 'smollm2-135m'
const system = { role: 'system', content: 'You are a helpful assistant.' } as const
const paris = {
  model,
  messages: [system, { role: 'user', content: 'What is the capital of France?' }],
  temperature: 0,
} satisfies OpenAI.ChatCompletionCreateParams
const said = 'The capital of France is Paris.'
/** Goes on for long. */
const tale = {
  model,
  messages: [system, { role: 'user', content: 'Tell me a long story about the sea.' }],
  temperature: 0,
  max_tokens: 2000,
  stream: true,
} satisfies OpenAI.ChatCompletionCreateParamsStreaming

const weather = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
} as const

describe('chat completions through the openai client', () => {
  it('answers, with exact usage', async () => {
    const answer = await client.chat.completions.create(paris)
    expect(answer.choices).toEqual([
      {
        index: 0,
        message: { role: 'assistant', content: said, refusal: null, annotations: [] },
        finish_reason: 'stop',
        logprobs: null,
      },
    ])
    expect(answer.usage).toMatchObject({ prompt_tokens: 27, completion_tokens: 7, total_tokens: 34 })
    expect(answer).toMatchObject({ object: 'chat.completion', model, created: expect.any(Number) })
  })

  it('streams the same, with usage at the end where it is wanted', async () => {
    const stream = client.chat.completions.stream({ ...paris, stream_options: { include_usage: true } })
    const usages: unknown[] = []
    for await (const chunk of stream) usages.push(chunk.usage)
    const answer = await stream.finalChatCompletion()
    expect(answer.choices[0]?.message.content).toBe(said)
    expect(answer.choices[0]?.finish_reason).toBe('stop')
    expect(usages.slice(0, -1).every(usage => usage === null)).toBe(true)
    expect(usages.at(-1)).toMatchObject({ prompt_tokens: 27, completion_tokens: 7 })
  })

  it('knows the begin of a conversation from before', async () => {
    await client.chat.completions.create(paris)
    const messages = [
      ...paris.messages,
      { role: 'assistant', content: said } as const,
      { role: 'user', content: 'And of Italy?' } as const,
    ]
    const { usage } = await client.chat.completions.create({ ...paris, messages, max_tokens: 4 })
    expect(usage?.prompt_tokens_details?.cached_tokens).toBeGreaterThan(27)
  })

  it('ends at the limit of tokens, and before a stop string', async () => {
    const cut = await client.chat.completions.create({ ...paris, max_completion_tokens: 3 })
    expect(cut.choices[0]).toMatchObject({ finish_reason: 'length', message: { content: 'The capital of' } })
    const stopped = await client.chat.completions.create({ ...paris, stop: ['nce is Pa', 'nowhere'] })
    expect(stopped.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'The capital of Fra' } })
  })

  it('gives n answers, each with its likelihoods', async () => {
    const { choices } = await client.chat.completions.create({
      ...paris,
      temperature: 1,
      seed: 7,
      n: 3,
      logprobs: true,
      top_logprobs: 2,
      max_tokens: 5,
    })
    expect(choices.map(({ index }) => index)).toEqual([0, 1, 2])
    for (const { logprobs } of choices) {
      expect(logprobs?.content?.length).toBeGreaterThan(0)
      for (const { logprob, top_logprobs } of logprobs?.content ?? []) {
        expect(logprob).toBeLessThanOrEqual(0)
        // What the settings leave to choose from may be one token.
        expect([1, 2]).toContain(top_logprobs.length)
      }
    }
  })

  it('draws the same with the same seed', async () => {
    const ask = async (seed: number) => {
      const { choices } = await client.chat.completions.create({ ...paris, temperature: 1.5, seed, max_tokens: 12 })
      return choices[0]?.message.content
    }
    const [one, same, other] = [await ask(3), await ask(3), await ask(4)]
    expect(same).toBe(one)
    expect(other).not.toBe(one)
  })

  it('keeps to a schema, and to JSON', async () => {
    const cat = z.object({ name: z.string().max(20), legs: z.enum(['two', 'four']) })
    const messages = [system, { role: 'user', content: 'Describe a cat.' } as const]
    const parsed = await client.chat.completions.parse({
      ...paris,
      messages,
      max_tokens: 200,
      response_format: zodResponseFormat(cat, 'cat'),
    })
    expect(cat.parse(parsed.choices[0]?.message.parsed)).toBeTruthy()
    const json = await client.chat.completions.create({
      ...paris,
      messages: [system, { role: 'user', content: 'Describe a cat as a JSON object with a name.' }],
      max_tokens: 40,
      response_format: { type: 'json_object' },
    })
    expect(json.choices[0]?.message.content).toMatch(/^\{\s*("|\})/)
  })

  it('calls a tool that it must call, streamed and not', async () => {
    const asked = {
      ...paris,
      messages: [system, { role: 'user', content: 'How is the weather in Paris?' }],
      tools: [weather],
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
      parallel_tool_calls: false,
      max_tokens: 100,
    } satisfies OpenAI.ChatCompletionCreateParams
    const answer = await client.chat.completions.create(asked)
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } })
    const calls = answer.choices[0]?.message.tool_calls ?? []
    expect(calls).toHaveLength(1)
    const [call] = calls
    if (call?.type !== 'function') throw new Error('expected a call of a function')
    expect(JSON.parse(call.function.arguments)).toEqual({ city: 'Paris' })
    const streamed = await client.chat.completions.stream(asked).finalChatCompletion()
    expect(streamed.choices[0]?.message.tool_calls?.[0]).toMatchObject({ function: { name: 'get_weather' } })
    const after = await client.chat.completions.create({
      ...asked,
      messages: [
        ...asked.messages,
        { role: 'assistant', tool_calls: calls },
        { role: 'tool', tool_call_id: call.id, content: '21 °C' },
      ],
      tool_choice: 'none',
      max_tokens: 20,
    })
    expect(after.choices[0]?.message.content?.length).toBeGreaterThan(0)
  })

  it('lets an answer be left, and serves the next', async () => {
    const stream = await client.chat.completions.create(tale)
    for await (const _ of stream) break
    stream.controller.abort()
    const { choices } = await client.chat.completions.create(paris)
    expect(choices[0]?.message.content).toBe(said)
  })

  it('serves several at once, each its own answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => client.chat.completions.create({ ...paris, max_tokens: 12 })),
    )
    expect(answers.map(({ choices }) => choices[0]?.message.content)).toEqual(new Array(6).fill(said))
  })
})

describe('completions', () => {
  it('goes on with a text, streamed and not', async () => {
    const asked = { model, prompt: 'The capital of France is', temperature: 0, max_tokens: 4 }
    const { choices, usage } = await client.completions.create({ ...asked, echo: true, logprobs: 1 })
    expect(choices[0]?.text).toMatch(/^The capital of France is \w+/)
    expect(choices[0]?.logprobs?.tokens).toHaveLength(4)
    expect(usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 4 })
    let text = ''
    for await (const piece of await client.completions.create({ ...asked, stream: true })) {
      text += piece.choices[0]?.text ?? ''
    }
    expect(`The capital of France is${text}`).toBe(choices[0]?.text)
  })
})

describe('what is wrong', () => {
  it('is told by the error classes of the client', async () => {
    expect(await failure(client.chat.completions.create({ ...paris, model: 'nobody/knows' }))).toBeInstanceOf(
      NotFoundError,
    )
    const hot = await failure(client.chat.completions.create({ ...paris, temperature: 3 }))
    expect(hot).toBeInstanceOf(BadRequestError)
    expect(hot.param).toBe('temperature')
    const mute = await failure(client.chat.completions.create({ ...paris, tools: [], tool_choice: 'required' }))
    expect(mute).toMatchObject({ status: 400, param: 'tool_choice' })
    const long = { role: 'user', content: 'sea '.repeat(5000) } as const
    const full = await failure(client.chat.completions.create({ ...paris, messages: [long] }))
    expect(full).toMatchObject({ status: 400, param: 'messages' })
    expect(full.message).toMatch(/takes \d+ tokens, and the context of the model has 4096/)
  })

  it('refuses what the model cannot take', async () => {
    const url =
      'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='
    const seen: OpenAI.ChatCompletionMessageParam = {
      role: 'user',
      content: [{ type: 'image_url', image_url: { url } }],
    }
    const error = await failure(client.chat.completions.create({ ...paris, messages: [seen] }))
    expect(error).toMatchObject({ status: 400 })
    expect(error.message).toMatch(/does not take pictures/)
  })

  it('never ends a stream as if all were said when the engine dies', async () => {
    await client.chat.completions.create(paris)
    const { pid } = await vi.waitFor(() => hearth.engine(model), { timeout: 20_000 })
    const stream = await client.chat.completions.create(tale)
    const seen = async () => {
      let pieces = 0
      for await (const _ of stream) if (++pieces === 3) process.kill(pid, 'SIGKILL')
    }
    expect(await failure(seen())).toMatchObject({ code: 'server_error' })
    const { choices } = await client.chat.completions.create(paris)
    expect(choices[0]?.message.content).toBe(said)
  })
})
