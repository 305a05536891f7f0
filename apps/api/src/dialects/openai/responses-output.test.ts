import { AppError } from '@hearth/contract'
import type { Chunk } from '@hearth/language/chat/spec'
import { expect, test } from 'vitest'
import type { ChatEvent, ChatOutput } from '../run-chat.ts'
import { noUsage } from '../scripted-chat-under-test.ts'
import { type Outcome, responseBody } from './responses-answer.ts'
import { chunksOf, createOutputWriter } from './responses-output.ts'
import { createEventFrames, type ResponseRun, responseEvents, wholeResponse } from './responses-stream.ts'
import { responseWish } from './responses-wish.ts'

const wish = responseWish.parse({ model: 'm', input: 'Hi' })
const usage = { ...noUsage, prompt_tokens: 3, completion_tokens: 4, reasoning_tokens: 2 }
const output = (
  content: ChatOutput['choices'][0]['content'],
  finish_reason: 'stop' | 'length' | 'tool_calls' = 'stop',
) => ({
  choices: [{ index: 0, content, finish_reason, stop_sequence: null }],
  usage,
  omitted_messages: 0,
})

/** A run, and how it was put down to have ended. */
function start(left = false) {
  const ends: Outcome[] = []
  const body = (outcome: Outcome) => responseBody(wish, { id: 'resp_1', created: 5 }, outcome)
  const run: ResponseRun = {
    writer: createOutputWriter((kind, index) => `${kind}_${index}`),
    body,
    left: () => left,
    told: thrown => (thrown instanceof AppError ? thrown : new AppError('internal', 'no')),
    async end(outcome) {
      ends.push(structuredClone(outcome))
      return body(outcome)
    },
  }
  return { run, ends }
}

async function* told(chunks: Chunk[], last: ChatOutput | Error): AsyncGenerator<ChatEvent> {
  for (const chunk of chunks) yield { kind: 'chunk', chunk }
  if (last instanceof Error) throw last
  yield { kind: 'end', output: last, timings: { engine_ms: 1, total_ms: 1 } }
}

async function typesOf(run: ResponseRun, chat: AsyncIterable<ChatEvent>): Promise<string[]> {
  const types: string[] = []
  for await (const { type } of responseEvents(run, chat)) types.push(type.replace('response.', ''))
  return types
}

const text = (text: string): Chunk => ({ type: 'text', index: 0, text })
const begun: Chunk = { type: 'start', prompt_tokens: 3, cached_tokens: 0 }

test('tells of thoughts, words and calls, each ended before the next begins', async () => {
  const { run, ends } = start()
  const whole = output(
    [
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Let me see.' },
      { type: 'tool_call', id: 'a', name: 'look', arguments: '{}' },
      { type: 'tool_call', id: 'b', name: 'hear', arguments: '' },
    ],
    'tool_calls',
  )
  const chunks: Chunk[] = [
    begun,
    { type: 'reasoning', index: 0, text: 'H' },
    { type: 'reasoning', index: 0, text: 'm.' },
    text('Let me '),
    text(''),
    text('see.'),
    { type: 'tool_call', index: 0, call: 0, id: 'a', name: 'look', arguments: '' },
    { type: 'tool_call', index: 0, call: 0, arguments: '{}' },
    { type: 'tool_call', index: 0, call: 1, id: 'b', name: 'hear', arguments: '' },
    { type: 'finish', index: 0, finish_reason: 'tool_calls', stop_sequence: null },
  ]
  expect(await typesOf(run, told(chunks, whole))).toEqual([
    'created',
    'in_progress',
    'output_item.added',
    'reasoning_summary_part.added',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.delta',
    'reasoning_summary_text.done',
    'reasoning_summary_part.done',
    'output_item.done',
    'output_item.added',
    'content_part.added',
    'output_text.delta',
    'output_text.delta',
    'output_text.done',
    'content_part.done',
    'output_item.done',
    'output_item.added',
    'function_call_arguments.delta',
    'function_call_arguments.done',
    'output_item.done',
    'output_item.added',
    'function_call_arguments.done',
    'output_item.done',
    'completed',
  ])
  const items = [
    { id: 'rs_0', type: 'reasoning', status: 'completed', summary: [{ type: 'summary_text', text: 'Hm.' }] },
    {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'Let me see.', annotations: [], logprobs: [] }],
    },
    { id: 'fc_2', type: 'function_call', status: 'completed', call_id: 'a', name: 'look', arguments: '{}' },
    { id: 'fc_3', type: 'function_call', status: 'completed', call_id: 'b', name: 'hear', arguments: '' },
  ]
  expect(ends).toEqual([{ status: 'completed', output: items, usage }])
  const same = await wholeResponse(start().run, whole)
  expect(same.output).toEqual(items)
  expect(same.usage).toMatchObject({ input_tokens: 3, output_tokens: 4, total_tokens: 7 })
  expect(same.usage?.output_tokens_details.reasoning_tokens).toBe(2)
})

test('shows items as they were when it told of them', async () => {
  const { run } = start()
  const chunks = [begun, text('Yes'), ...chunksOf(output([], 'stop'))]
  const events = []
  for await (const event of responseEvents(run, told(chunks, output([])))) events.push(event)
  expect(events.find(({ type }) => type === 'response.output_item.added')).toMatchObject({
    output_index: 0,
    item: { status: 'in_progress', content: [] },
  })
  expect(events.find(({ type }) => type === 'response.created')).toMatchObject({
    response: { output: [], usage: null },
  })
  const frame = createEventFrames()
  const frames = events.map(frame)
  expect(frames.map(({ data }) => JSON.parse(data).sequence_number)).toEqual(events.map((_, index) => index))
  expect(frames[0]).toMatchObject({ event: 'response.created' })
})

test('says where the limit of tokens cut it', async () => {
  const cut = output([{ type: 'text', text: 'The' }], 'length')
  const body = await wholeResponse(start().run, cut)
  expect(body).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })
  expect(body.output).toMatchObject([{ status: 'incomplete' }])
  expect(body.completed_at).toBeNull()
  expect((await typesOf(start().run, told([begun, ...chunksOf(cut)], cut))).at(-1)).toBe('incomplete')
})

test('fails with what was written so far', async () => {
  const { run, ends } = start()
  const types = await typesOf(run, told([begun, text('The sea')], new AppError('engine-crashed', 'the engine died')))
  expect(types.slice(-3)).toEqual(['output_text.delta', 'error', 'failed'])
  expect(ends).toMatchObject([
    {
      status: 'failed',
      error: { code: 'server_error', message: 'the engine died' },
      output: [{ status: 'incomplete' }],
    },
  ])
})

test('is cancelled once its client is gone, whichever way that is noticed', async () => {
  const gone = start(true)
  await typesOf(gone.run, told([begun, text('The')], new Error('aborted')))
  expect(gone.ends).toMatchObject([{ status: 'cancelled', output: [{ status: 'incomplete' }] }])
  const { run, ends } = start()
  for await (const { type } of responseEvents(run, told([begun, text('The')], output([])))) {
    if (type === 'response.output_text.delta') break
  }
  expect(ends).toMatchObject([{ status: 'cancelled', output: [{ content: [{ text: 'The' }] }] }])
})
