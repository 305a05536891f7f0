import { AppError } from '@hearth/contract'
import { task as chat } from '@hearth/language/chat/spec'
import { describe, expect, it } from 'vitest'
import { chatInput, generateInput, requireServed } from './chat-input.ts'
import { plainName, taggedName } from './model-names.ts'
import { chatRequest, generateRequest, readRequest } from './wire.ts'

const model = 'tiny'
const read = (request: object) =>
  chatInput(readRequest(chatRequest, { model, messages: [{ role: 'user', content: 'Hi' }], ...request }))
const text = (text: string) => ({ type: 'text', text })

function refusal(work: () => unknown): AppError {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error
  }
  throw new Error('expected a refusal')
}

it('takes the smallest request, and shortens what is too long', () => {
  expect(read({})).toEqual({
    messages: [{ role: 'user', content: [text('Hi')] }],
    response_format: { type: 'text' },
    truncation: 'oldest',
  })
  expect(read({ truncate: false }).truncation).toBe('refuse')
})

it('reads pictures, thoughts, calls and results', () => {
  const call = (city: string, id?: string) => ({
    ...(id ? { id } : {}),
    function: { name: 'weather', arguments: { city } },
  })
  const { messages } = read({
    messages: [
      { role: 'system', content: 'Be brief' },
      { role: 'user', content: 'Hi', images: ['AAAA', 'data:image/png;base64,BBBB'] },
      { role: 'assistant', content: 'So', thinking: 'hm', tool_calls: [call('Rome'), call('Oslo', 'b'), call('Bern')] },
      { role: 'tool', content: 'cold', tool_call_id: 'b' },
      { role: 'tool', content: 'sun', tool_name: 'weather' },
      { role: 'tool', content: 'rain' },
    ],
  })
  const called = (id: string, city: string) => ({
    type: 'tool_call',
    id,
    name: 'weather',
    arguments: `{"city":"${city}"}`,
  })
  const result = (id: string, said: string) => ({
    role: 'tool',
    content: [{ type: 'tool_result', tool_call_id: id, content: [text(said)], is_error: false }],
  })
  expect(messages).toEqual([
    { role: 'system', content: [text('Be brief')] },
    {
      role: 'user',
      content: [
        text('Hi'),
        { type: 'image', image: 'data:;base64,AAAA' },
        { type: 'image', image: 'data:image/png;base64,BBBB' },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'reasoning', text: 'hm' },
        text('So'),
        called('call_0', 'Rome'),
        called('b', 'Oslo'),
        called('call_2', 'Bern'),
      ],
    },
    result('b', 'cold'),
    result('call_0', 'sun'),
    result('call_2', 'rain'),
  ])
  const lonely = refusal(() => read({ messages: [{ role: 'tool', content: 'sun' }] }))
  expect(lonely).toMatchObject({ code: 'invalid-input', path: ['messages', 0] })
})

it('reads tools', () => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } } }
  const { tools } = read({ tools: [{ type: 'function', function: { name: 'weather', description: 'x', parameters } }] })
  expect(tools).toEqual([{ name: 'weather', description: 'x', parameters }])
})

describe('options', () => {
  it('are read, and what is below zero is not given', () => {
    const options = {
      num_ctx: 8192,
      num_predict: 20,
      temperature: 0.5,
      top_k: 40,
      top_p: 0.9,
      min_p: 0.1,
      repeat_penalty: 1.1,
      presence_penalty: 0.2,
      frequency_penalty: 0.3,
      seed: 7,
      stop: 'END',
      mirostat: 2,
    }
    const input = read({ options, logprobs: true, top_logprobs: 2 })
    expect(input).toMatchObject({
      max_tokens: 20,
      temperature: 0.5,
      top_k: 40,
      top_p: 0.9,
      min_p: 0.1,
      repeat_penalty: 1.1,
      presence_penalty: 0.2,
      frequency_penalty: 0.3,
      seed: 7,
      stop: ['END'],
      top_logprobs: 2,
    })
    for (const left of ['num_ctx', 'num_predict', 'mirostat']) expect(input).not.toHaveProperty(left)
    expect(chat.input.safeParse(input).success).toBe(true)
    const endless = read({ options: { num_predict: -1, seed: -1, stop: null } })
    for (const left of ['max_tokens', 'seed', 'stop']) expect(endless).not.toHaveProperty(left)
  })

  it('of the wrong type are refused by their path', () => {
    expect(refusal(() => read({ options: { temperature: 'hot' } })).path).toEqual(['options', 'temperature'])
  })
})

it.each([
  [undefined, { type: 'text' }],
  ['', { type: 'text' }],
  ['json', { type: 'json_object' }],
  [{ type: 'object' }, { type: 'json_schema', schema: { type: 'object' } }],
])('format %j', (format, expected) => {
  expect(read({ format }).response_format).toEqual(expected)
})

it.each([
  [undefined, undefined],
  [true, true],
  [false, false],
  ['low', true],
])('think %j', (think, expected) => {
  expect(read({ think }).reasoning).toBe(expected)
})

describe('generate', () => {
  const wish = (request: object) => readRequest(generateRequest, { model, prompt: 'Hi', ...request })

  it('is a conversation of one prompt', () => {
    expect(generateInput(wish({ system: 'Be brief', images: ['AAAA'] })).messages).toEqual([
      { role: 'system', content: [text('Be brief')] },
      { role: 'user', content: [text('Hi'), { type: 'image', image: 'data:;base64,AAAA' }] },
    ])
    expect(wish({}).stream).toBe(true)
  })

  it.each([
    [{ suffix: 'x' }, 'tiny does not support insert'],
    [{ template: '{{ .Prompt }}' }, 'template: models keep their own'],
    [{ context: [1, 2] }, 'context: not kept here'],
  ])('refuses %j', (request, message) => {
    expect(refusal(() => requireServed(wish(request))).message).toBe(message)
    expect(() => requireServed(wish({ suffix: '', template: '', context: [] }))).not.toThrow()
  })
})

it.each([
  ['tiny', 'tiny', 'tiny:latest'],
  ['tiny:latest', 'tiny', 'tiny:latest'],
  ['Tiny:LATEST', 'Tiny', 'Tiny:latest'],
  ['smollm2:135m', 'smollm2:135m', 'smollm2:135m'],
  ['registry.ollama.ai/library/tiny:latest', 'tiny', 'tiny:latest'],
])('knows the name %s', (name, plain, tagged) => {
  expect(plainName(name)).toBe(plain)
  expect(taggedName(plain)).toBe(tagged)
})
