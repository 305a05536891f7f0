import type { Chunk } from '@hearth/language/chat/spec'
import { describe, expect, it } from 'vitest'
import type { ChatOutput } from '../run-chat.ts'
import { createAnswerLines, loadedAnswer, wholeAnswer } from './answer-lines.ts'

const timings = { engine_ms: 40, total_ms: 50.5 }
const usage = { prompt_tokens: 7, completion_tokens: 5, cached_tokens: 0, reasoning_tokens: 0 }
type Choice = ChatOutput['choices'][number]

function answer(content: Choice['content'], finish_reason: Choice['finish_reason'] = 'stop') {
  const choices = [{ index: 0, content, finish_reason, stop_sequence: null }]
  return { output: { choices, usage, omitted_messages: 0 }, timings }
}
const head = { model: 'tiny', created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) }
const end = {
  done: true,
  done_reason: 'stop',
  total_duration: 50_500_000,
  load_duration: 10_500_000,
  prompt_eval_count: 7,
  eval_count: 5,
  eval_duration: 40_000_000,
}
const call = { type: 'tool_call' as const, id: 'c1', name: 'weather', arguments: '{"city":"Rome"}' }
const shownCall = { id: 'c1', function: { index: 0, name: 'weather', arguments: { city: 'Rome' } } }

describe('a whole answer', () => {
  it('is a message or a response', () => {
    const said = answer([
      { type: 'reasoning', text: 'hm' },
      { type: 'text', text: 'Paris' },
    ])
    expect(wholeAnswer('chat', 'tiny', said)).toEqual({
      ...head,
      message: { role: 'assistant', content: 'Paris', thinking: 'hm' },
      ...end,
    })
    expect(wholeAnswer('generate', 'tiny', said)).toEqual({ ...head, response: 'Paris', thinking: 'hm', ...end })
  })

  it('has calls with their arguments parsed, and leaves no words of the model out', () => {
    expect(wholeAnswer('chat', 'tiny', answer([call], 'tool_calls'))).toMatchObject({
      message: { role: 'assistant', content: '', tool_calls: [shownCall] },
      done_reason: 'stop',
    })
    const broken = wholeAnswer('chat', 'tiny', answer([{ ...call, arguments: '{"city' }]))
    expect(broken).toMatchObject({ message: { role: 'assistant', content: 'weather({"city)' } })
    expect(broken).not.toHaveProperty('message.tool_calls')
  })

  it('leaves out what is zero, and says where it was cut', () => {
    const cut = answer([], 'length')
    cut.output.usage = { ...usage, completion_tokens: 0 }
    const line = wholeAnswer('chat', 'tiny', cut)
    expect(line).toMatchObject({ done: true, done_reason: 'length' })
    expect(line).not.toHaveProperty('eval_count')
  })
})

describe('a streamed answer', () => {
  function stream(form: 'chat' | 'generate', chunks: readonly Chunk[], last?: ReturnType<typeof answer>) {
    const lines = createAnswerLines(form, 'tiny')
    return [
      ...chunks.flatMap(chunk => lines({ kind: 'chunk', chunk })),
      ...(last ? lines({ kind: 'end', ...last }) : []),
    ]
  }
  const start: Chunk = { type: 'start', prompt_tokens: 7, cached_tokens: 0 }
  const finish: Chunk = { type: 'finish', index: 0, finish_reason: 'stop', stop_sequence: null }
  const said = (text: string): Chunk => ({ type: 'text', index: 0, text })

  it('says with its last line alone that it is done', () => {
    const chunks = [
      start,
      { type: 'reasoning', index: 0, text: 'hm' } as const,
      said('Par'),
      said(''),
      said('is'),
      finish,
    ]
    const message = (more: object) => ({ ...head, message: { role: 'assistant', content: '', ...more }, done: false })
    expect(stream('chat', chunks, answer([]))).toEqual([
      message({ thinking: 'hm' }),
      message({ content: 'Par' }),
      message({ content: 'is' }),
      { ...message({}), ...end },
    ])
    expect(stream('generate', chunks, answer([])).slice(1)).toEqual([
      { ...head, response: 'Par', done: false },
      { ...head, response: 'is', done: false },
      { ...head, response: '', ...end },
    ])
    expect(JSON.stringify(stream('chat', chunks))).not.toContain('"done":true')
  })

  it('gives calls as a whole before the last line, where they stand', () => {
    const piece = (number: number, json: string, more: object = {}): Chunk => ({
      type: 'tool_call',
      index: 0,
      call: number,
      arguments: json,
      ...more,
    })
    const lines = stream(
      'chat',
      [
        start,
        piece(0, '{"city"', { id: 'c1', name: 'weather' }),
        piece(0, ':"Rome"}'),
        piece(1, '[]', { id: 'c2', name: 'time' }),
        said('wait'),
        piece(2, '{}', { id: 'c3', name: 'time' }),
        finish,
      ],
      answer([], 'tool_calls'),
    )
    expect(lines).toMatchObject([
      { message: { role: 'assistant', content: 'time([])' }, done: false },
      { message: { role: 'assistant', tool_calls: [shownCall] }, done: false },
      { message: { content: 'wait' } },
      { message: { tool_calls: [{ id: 'c3', function: { index: 0, name: 'time', arguments: {} } }] }, done: false },
      { message: { content: '' }, done: true, done_reason: 'stop' },
    ])
  })

  it('has the likelihood of each token', () => {
    const logprobs = [{ token: 'a', bytes: [97], logprob: -1, top_logprobs: [] }]
    expect(stream('chat', [{ type: 'text', index: 0, text: 'a', logprobs }])).toMatchObject([{ logprobs }])
  })
})

it('answers no words with no words', () => {
  expect(loadedAnswer('generate', 'tiny', 'load')).toEqual({ ...head, response: '', done: true, done_reason: 'load' })
})
