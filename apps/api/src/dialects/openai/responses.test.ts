import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import OpenAI, { BadRequestError, NotFoundError } from 'openai'
import { zodTextFormat } from 'openai/helpers/zod'
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
  const ask = () => client.responses.create({ ...paris, max_output_tokens: 1, store: false })
  await vi.waitFor(ask, { timeout: 60_000, interval: 200 })
}, 240_000)
afterAll(() => hearth?.stop())

const model = 'smollm2-135m'
const paris = {
  model,
  instructions: 'You are a helpful assistant.',
  input: 'What is the capital of France?',
  temperature: 0,
} satisfies OpenAI.Responses.ResponseCreateParams
const said = 'The capital of France is Paris.'
/** Goes on for long. */
const tale = {
  ...paris,
  input: 'Tell me a long story about the sea.',
  max_output_tokens: 2000,
  stream: true,
} satisfies OpenAI.Responses.ResponseCreateParamsStreaming
const weather = {
  type: 'function',
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { enum: ['Rome', 'Paris'] } }, required: ['city'] },
  strict: true,
} satisfies OpenAI.Responses.FunctionTool

describe('responses through the openai client', () => {
  it('are answered, with exact usage, and can be read again until they are deleted', async () => {
    const answer = await client.responses.create({ ...paris, metadata: { shelf: 'a' } })
    expect(answer.output_text).toBe(said)
    expect(answer).toMatchObject({
      object: 'response',
      status: 'completed',
      model,
      error: null,
      metadata: { shelf: 'a' },
    })
    expect(answer.output).toEqual([
      {
        id: expect.stringMatching(/^msg_/),
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: said, annotations: [], logprobs: [] }],
      },
    ])
    expect(answer.usage).toMatchObject({ input_tokens: 27, output_tokens: 7, total_tokens: 34 })
    expect(await client.responses.retrieve(answer.id)).toEqual(answer)
    const { data } = await client.responses.inputItems.list(answer.id)
    expect(data).toMatchObject([
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: paris.input }] },
    ])
    await client.responses.delete(answer.id)
    expect(await failure(client.responses.retrieve(answer.id))).toBeInstanceOf(NotFoundError)
    expect(await failure(client.responses.delete(answer.id))).toBeInstanceOf(NotFoundError)
  })

  it('are not kept where the client does not want it', async () => {
    const { id, output } = await client.responses.create({ ...paris, store: false })
    expect(output).toHaveLength(1)
    const gone = await failure(client.responses.retrieve(id))
    expect(gone).toBeInstanceOf(NotFoundError)
    expect(gone.message).toMatch(/store: false/)
    const after = await failure(client.responses.create({ ...paris, previous_response_id: id }))
    expect(after).toMatchObject({ status: 404, param: 'previous_response_id' })
  })

  it('stream in the order that OpenAI keeps', async () => {
    const stream = client.responses.stream(paris)
    const types: string[] = []
    const numbers: number[] = []
    for await (const event of stream) {
      if (types.at(-1) !== event.type) types.push(event.type)
      numbers.push(event.sequence_number)
    }
    expect(types).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
    expect(numbers).toEqual(numbers.map((_, index) => index))
    const answer = await stream.finalResponse()
    expect(answer.output_text).toBe(said)
    expect(await client.responses.retrieve(answer.id)).toMatchObject({ status: 'completed', output_text: said })
  })

  it('go on from the one before, and from items by name', async () => {
    const first = await client.responses.create(paris)
    const next = { model, temperature: 0, max_output_tokens: 4 }
    const { usage, id, status } = await client.responses.create({
      ...next,
      previous_response_id: first.id,
      input: 'And of Italy?',
    })
    expect(usage?.input_tokens).toBeGreaterThan(40)
    expect(status).toBe('incomplete')
    const named = await client.responses.create({
      ...next,
      input: [
        { role: 'user', content: paris.input },
        { type: 'item_reference', id: first.output[0]?.id ?? '' },
        { role: 'user', content: 'And of Italy?' },
      ],
    })
    expect(named.usage?.input_tokens).toBe(usage?.input_tokens)
    const again = await client.responses.create({ ...next, previous_response_id: id, input: 'Go on.' })
    expect(again.usage?.input_tokens).toBeGreaterThan(usage?.input_tokens ?? Number.POSITIVE_INFINITY)
  })

  it('end at the limit of tokens, and say so', async () => {
    const cut = await client.responses.create({ ...paris, max_output_tokens: 3 })
    expect(cut).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })
    expect(cut.output_text).toBe('The capital of')
  })

  it('keep to a schema', async () => {
    const cat = z.object({ name: z.string().max(20), legs: z.enum(['two', 'four']) })
    const { output_parsed } = await client.responses.parse({
      ...paris,
      input: 'Describe a cat.',
      max_output_tokens: 200,
      text: { format: zodTextFormat(cat, 'cat') },
    })
    expect(cat.parse(output_parsed)).toBeTruthy()
  })

  it('tell of likelihoods', async () => {
    const { output } = await client.responses.create({
      ...paris,
      max_output_tokens: 2,
      top_logprobs: 2,
      include: ['message.output_text.logprobs'],
    })
    const [part] = output[0]?.type === 'message' ? output[0].content : []
    if (part?.type !== 'output_text') throw new Error('expected text')
    expect(part.logprobs?.map(({ token }) => token).join('')).toBe(part.text)
  })

  it('call a tool that must be called, and take its result', async () => {
    const stream = client.responses.stream({
      ...paris,
      input: 'How is the weather in Paris?',
      tools: [weather],
      tool_choice: { type: 'function', name: 'get_weather' },
      parallel_tool_calls: false,
      max_output_tokens: 60,
    })
    const { id, output } = await stream.finalResponse()
    const [call] = output
    if (call?.type !== 'function_call') throw new Error('expected a call')
    expect(JSON.parse(call.arguments)).toEqual({ city: expect.stringMatching(/Rome|Paris/) })
    const after = await client.responses.create({
      model,
      previous_response_id: id,
      input: [{ type: 'function_call_output', call_id: call.call_id, output: '21 °C' }],
      max_output_tokens: 5,
    })
    expect(after.output_text.length).toBeGreaterThan(0)
  })
})

describe('what is wrong', () => {
  it('is told by the error classes of the client', async () => {
    const refused = async (wish: object) => failure(client.responses.create({ ...paris, ...wish }))
    expect(await refused({ model: 'nobody/knows' })).toBeInstanceOf(NotFoundError)
    const hot = await refused({ temperature: 3 })
    expect(hot).toBeInstanceOf(BadRequestError)
    expect(hot.param).toBe('temperature')
    const search = await refused({ tools: [{ type: 'web_search' }] })
    expect(search.message).toMatch(/web_search is not here/)
    expect(await refused({ background: true })).toMatchObject({ status: 400, param: 'background' })
    const file = await refused({ input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'a' }] }] })
    expect(file.message).toMatch(/files cannot be taken/)
    expect(await failure(client.responses.cancel('resp_nobody'))).toBeInstanceOf(NotFoundError)
  })

  it('of an answer that was left is kept as it stands', async () => {
    const stream = await client.responses.create(tale)
    let id = ''
    let text = ''
    for await (const event of stream) {
      if (event.type === 'response.created') id = event.response.id
      if (event.type === 'response.output_text.delta') text += event.delta
      if (text.length > 20) break
    }
    stream.controller.abort()
    const kept = () => client.responses.retrieve(id)
    const { status, output_text } = await vi.waitFor(kept, { timeout: 20_000, interval: 100 })
    expect(status).toBe('cancelled')
    expect(output_text.startsWith(text)).toBe(true)
    expect(await failure(client.responses.cancel(id))).toBeInstanceOf(BadRequestError)
  })

  it('never looks like an end when the engine dies', async () => {
    await client.responses.create({ ...paris, store: false })
    const { pid } = await vi.waitFor(() => hearth.engine(model), { timeout: 20_000 })
    const stream = await client.responses.create(tale)
    let id = ''
    const seen = async () => {
      let pieces = 0
      for await (const event of stream) {
        if (event.type === 'response.created') id = event.response.id
        if (++pieces === 6) process.kill(pid, 'SIGKILL')
      }
    }
    expect(await failure(seen())).toMatchObject({ code: 'server_error' })
    expect(await client.responses.retrieve(id)).toMatchObject({ status: 'failed', error: { code: 'server_error' } })
    expect((await client.responses.create(paris)).output_text).toBe(said)
  })
})
