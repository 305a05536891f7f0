import { AppError, toAppError } from '@hearth/contract'
import { expect, test } from 'vitest'
import type { Turn } from './conversation.ts'
import type { Chunk } from './spec.ts'
import { withChunk, writeAnswer } from './write-answer.ts'

const piece = (text: string): Chunk => ({ type: 'text', index: 0, text })
const frame = (event: string, data: unknown) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
const done = frame('done', {
  model: 'small',
  output: {
    choices: [{ index: 0, content: [{ type: 'text', text: 'Paris.' }], finish_reason: 'stop', stop_sequence: null }],
    usage: { prompt_tokens: 9, completion_tokens: 3, cached_tokens: 0, reasoning_tokens: 0 },
    omitted_messages: 0,
  },
})

/** Has an answer written by a server that says this, and gives the turn as it was after each change. */
async function write(
  open: (signal: AbortSignal) => ReadableStream<Uint8Array> | Promise<never>,
  abort?: AbortController,
): Promise<Turn[]> {
  const writing = { model: 'asked', state: 'writing', finish: null, usage: null, speed: null, problem: null } as const
  const turns: Turn[] = [{ id: 'a', parent: 'q', role: 'assistant', content: [], at: 0, writing }]
  let clock = 0
  await writeAnswer({
    input: {},
    signal: (abort ?? new AbortController()).signal,
    open: async (_, signal) => await open(signal),
    reportOf: thrown => toAppError(thrown).report(),
    change(edit) {
      const last = turns.at(-1)
      if (last) turns.push(edit(last))
    },
    now() {
      clock += 500
      return clock
    },
  })
  return turns
}
const says = (text: string) => new Blob([text]).stream()

test('pieces are shown as they come, and the answer of the task is what stays', async () => {
  const turns = await write(() => says(frame('chunk', piece('Pa')) + frame('chunk', piece('ris')) + done))
  expect(turns.map(({ content }) => content.map(part => ('text' in part ? part.text : '')).join())).toEqual([
    '',
    'Pa',
    'Paris',
    'Paris.',
  ])
  // Two tokens in the half second after the first one.
  expect(turns.at(-1)?.writing).toMatchObject({ model: 'small', state: 'done', finish: 'stop', speed: 4 })
  expect(turns.at(-1)?.writing?.usage?.prompt_tokens).toBe(9)
})

test('what the server says against it is kept beside what was written so far', async () => {
  const report = new AppError('device-busy', 'the model is in use', { hint: 'Try again.' }).report()
  const turns = await write(() => says(frame('chunk', piece('Pa')) + frame('error', { error: report })))
  expect(turns.at(-1)).toMatchObject({
    content: [{ type: 'text', text: 'Pa' }],
    writing: { state: 'failed', problem: { code: 'device-busy', hint: 'Try again.' } },
  })
  const refused = await write(() => Promise.reject(AppError.from(report)))
  expect(refused.at(-1)?.writing).toMatchObject({ state: 'failed', problem: { code: 'device-busy' } })
})

test('an end without an end broke off', async () => {
  const turns = await write(() => says(frame('chunk', piece('Pa'))))
  expect(turns.at(-1)?.writing).toMatchObject({ state: 'failed', problem: null })
})

test('what is stopped keeps what was written', async () => {
  const abort = new AbortController()
  const turns = await write(
    signal =>
      new ReadableStream({
        start: controller => controller.enqueue(new TextEncoder().encode(frame('chunk', piece('Pa')))),
        pull(controller) {
          signal.addEventListener('abort', () => controller.error(signal.reason))
          abort.abort()
        },
      }),
    abort,
  )
  expect(turns.at(-1)?.writing).toMatchObject({ state: 'stopped', problem: null })
})

test('reasoning, text and calls keep their order; each call gathers its own arguments', () => {
  const call = (number: number, text: string, first: object = {}): Chunk => ({
    ...{ type: 'tool_call', index: 0, call: number, arguments: text },
    ...first,
  })
  const chunks: Chunk[] = [
    { type: 'reasoning', index: 0, text: 'h' },
    { type: 'reasoning', index: 0, text: 'm' },
    piece('I look.'),
    call(0, '{"a"', { id: '1', name: 'look' }),
    call(1, '{}', { id: '2', name: 'wait' }),
    call(0, ':1}'),
  ]
  expect(chunks.reduce(withChunk, [])).toEqual([
    { type: 'reasoning', text: 'hm' },
    { type: 'text', text: 'I look.' },
    { type: 'tool_call', id: '1', name: 'look', arguments: '{"a":1}' },
    { type: 'tool_call', id: '2', name: 'wait', arguments: '{}' },
  ])
})
