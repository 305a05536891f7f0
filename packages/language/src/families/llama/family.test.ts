import { execute } from '@hearth/contract'
import { executorSuite, fakeContext } from '@hearth/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { task as chat } from '../../chat/spec.ts'
import { task as complete } from '../../complete/spec.ts'
import { task as countTokens } from '../../count-tokens/spec.ts'
import { family } from './family.ts'
import { load } from './load.ts'
import { starterChat } from './starter-under-test.ts'

const checkpoint = await starterChat()
const text = (text: string) => [{ type: 'text' as const, text }]
const user = (said: string) => ({ role: 'user' as const, content: text(said) })
const assistant = (said: string) => ({ role: 'assistant' as const, content: text(said) })
const system = { role: 'system' as const, content: text('You are a helpful assistant.') }
const question = [system, user('What is the capital of France?')]
const greedy = { temperature: 0, max_tokens: 24 }

const suite = { load, checkpoint, family, stepsAfterAbort: 1 }
executorSuite('llama, chat', { ...suite, task: chat, input: { messages: question, ...greedy } })
executorSuite('llama, complete', { ...suite, task: complete, input: { prompt: 'The sea is', ...greedy } })

describe('a conversation', () => {
  const small = { ...checkpoint, defaults: { context_length: 256 } }
  let model: Awaited<ReturnType<typeof load>>
  beforeAll(async () => {
    model = await load(small, { device: 'cpu', deviceIndex: 0, threads: 1 })
  })
  afterAll(() => model.dispose())

  const run = async (input: object) => {
    const context = fakeContext()
    const output = chat.output.parse(await execute(model, chat, { ...greedy, ...input }, context))
    return { ...output, chunks: context.chunks }
  }
  const long = Array.from({ length: 12 }, (_, turn) => [
    user(`Number ${turn}: tell me about the sea.`),
    assistant('It is wide, and blue, and full of fish and salt.'),
  ]).flat()

  it('is counted as it is read', async () => {
    const { usage } = await run({ messages: question })
    const counted = await execute(model, countTokens, { messages: question }, fakeContext())
    expect(counted).toEqual({ prompt_tokens: usage.prompt_tokens })
  })

  it('is refused where it leaves no room for an answer', async () => {
    const refused = run({ messages: [system, ...long, user('Go on.')] })
    await expect(refused).rejects.toMatchObject({ code: 'invalid-input', path: ['messages'] })
  })

  it('loses its oldest turns where that was asked for, and says how many', async () => {
    const messages = [system, ...long, user('Go on.')]
    const { omitted_messages, usage, choices } = await run({ messages, truncation: 'oldest', max_tokens: 2 })
    expect(omitted_messages).toBeGreaterThan(0)
    expect(usage.prompt_tokens).toBeLessThan(256)
    expect(choices[0]?.content).toHaveLength(1)
    const kept = [system, ...messages.slice(1 + omitted_messages)]
    expect(await execute(model, countTokens, { messages: kept }, fakeContext())).toEqual({
      prompt_tokens: usage.prompt_tokens,
    })
  })

  it('ends when the context is full, never going on with half of it forgotten', async () => {
    const messages = [system, user('Tell me a long story about the sea and all its fish.')]
    const { choices, usage } = await run({ messages, max_tokens: 5000 })
    expect(choices[0]?.finish_reason).toBe('length')
    expect(usage.prompt_tokens + usage.completion_tokens).toBe(256)
  })

  it('is streamed in pieces that make up the answer', async () => {
    const { choices, chunks } = await run({ messages: question })
    const pieces = chunks.map(chunk => chat.chunk?.parse(chunk)) as { type: string; text?: string }[]
    expect(pieces.at(0)).toMatchObject({ type: 'start', prompt_tokens: 27 })
    expect(pieces.at(-1)).toMatchObject({ type: 'finish', finish_reason: 'stop' })
    const said = pieces.map(({ text = '' }) => text).join('')
    expect(choices[0]?.content).toEqual(text(said))
    expect(said).toBe('The capital of France is Paris.')
  })

  it('keeps characters whole, whatever the tokens', async () => {
    const { choices, chunks } = await run({
      messages: [system, user('Repeat: 你好，世界 🦊 é')],
      response_format: { type: 'json_schema', schema: { const: '你好，世界 🦊 é' } },
    })
    expect(choices[0]?.content).toEqual(text('"你好，世界 🦊 é"'))
    expect(JSON.stringify(chunks)).not.toContain('\uFFFD')
  })

  it('serves four at once, each as if it were alone', async () => {
    const questions = ['France', 'Italy', 'Spain', 'Japan'].map(land => ({
      messages: [system, user(`What is the capital of ${land}?`)],
    }))
    const alone = []
    for (const question of questions) alone.push((await run(question)).choices)
    const together = await Promise.all(questions.map(run))
    expect(together.map(({ choices }) => choices)).toEqual(alone)
  })

  it('calls tools by their schema, several where they are let', async () => {
    const tools = [
      { name: 'add', parameters: { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] } },
      { name: 'open_door', parameters: { type: 'object', properties: { which: { enum: ['front', 'back'] } } } },
    ]
    const messages = [system, user('Open the back door.')]
    const one = { messages, tools, max_tokens: 100, parallel_tool_calls: false }
    const { choices } = await run({ ...one, tool_choice: { names: ['open_door'], required: true } })
    expect(choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      content: [{ type: 'tool_call', name: 'open_door' }],
    })
    const [call] = choices[0]?.content ?? []
    const given = call?.type === 'tool_call' ? JSON.parse(call.arguments) : {}
    expect(['front', 'back']).toContain(given.which)
    const none = run({ ...one, tool_choice: { names: ['dance'], required: true } })
    await expect(none).rejects.toMatchObject({ path: ['tool_choice'] })
  })

  it('follows references within a schema, also those that lead back', async () => {
    const node = { type: 'object', properties: { next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] } } }
    const schema = {
      $defs: { node },
      type: 'object',
      properties: { list: { $ref: '#/$defs/node' } },
      required: ['list'],
    }
    const { choices } = await run({
      messages: question,
      max_tokens: 100,
      response_format: { type: 'json_schema', schema },
    })
    const [answer] = choices[0]?.content ?? []
    expect(answer?.type === 'text' && answer.text).toMatch(/^\{\s*"list":\s*\{\s*"next":/)
  })

  it('tells what a schema has that cannot be kept to', async () => {
    const bad = run({ messages: question, response_format: { type: 'json_schema', schema: { $ref: '#/nowhere' } } })
    await expect(bad).rejects.toMatchObject({ code: 'invalid-input', path: ['response_format', 'schema'] })
  })
})
