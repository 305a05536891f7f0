import type { Chunk } from '@hearth/language/chat/spec'
import { describe, expect, it } from 'vitest'
import type { ChatOutput } from '../run-chat.ts'
import { answerMessage } from './answer-message.ts'
import { createMessageEvents, type MessageEvent } from './message-events.ts'

const head = { id: 'msg_1', model: 'small', showThinking: true }
const start: Chunk = { type: 'start', prompt_tokens: 20, cached_tokens: 15 }
const usage = { prompt_tokens: 20, completion_tokens: 7, cached_tokens: 15, reasoning_tokens: 3 }

function output(choice: Partial<ChatOutput['choices'][number]>): ChatOutput {
  const choices = [{ index: 0, content: [], finish_reason: 'stop' as const, stop_sequence: null, ...choice }]
  return { choices, usage, omitted_messages: 0 }
}
const text = (text: string): Chunk => ({ type: 'text', index: 0, text })
const thought = (text: string): Chunk => ({ type: 'reasoning', index: 0, text })
const call = (call: number, rest: { id?: string; name?: string; arguments: string }): Chunk => ({
  type: 'tool_call',
  index: 0,
  call,
  ...rest,
})
const finish: Chunk = { type: 'finish', index: 0, finish_reason: 'stop', stop_sequence: null }

function play(chunks: Chunk[], end: ChatOutput, how = head): MessageEvent[] {
  const events = createMessageEvents(how)
  return [...chunks.flatMap(chunk => events.chunk(chunk)), ...events.end(end)]
}

/** A stream in short: `+0 text` opens a block, `0 hello` adds to it, `-0` ends it. */
function short(events: MessageEvent[]): string[] {
  return events.map(event => {
    const {
      index,
      delta,
      content_block: block,
    } = event as {
      index?: number
      delta?: { text?: string; thinking?: string; partial_json?: string; signature?: string; stop_reason?: string }
      content_block?: { type: string }
    }
    if (event.type === 'content_block_start') return `+${index} ${block?.type}`
    if (event.type === 'content_block_stop') return `-${index}`
    if (event.type !== 'content_block_delta') return event.type
    if (delta?.signature !== undefined) return `${index} signed ${delta.signature}`
    return `${index} ${delta?.text ?? delta?.thinking ?? delta?.partial_json}`
  })
}

describe('the order of a stream', () => {
  it.each<[string, Chunk[], string[]]>([
    ['nothing at all', [start, finish], []],
    ['text in pieces', [start, text('He'), text('llo'), finish], ['+0 text', '0 He', '0 llo', '-0']],
    [
      'empty pieces open nothing',
      [start, thought(''), text(''), text('x'), text(''), finish],
      ['+0 text', '0 x', '-0'],
    ],
    [
      'a thought and then text',
      [start, thought('Hm'), thought('.'), text('Yes'), finish],
      ['+0 thinking', '0 Hm', '0 .', '0 signed ', '-0', '+1 text', '1 Yes', '-1'],
    ],
    [
      'text, two calls in pieces, text',
      [
        start,
        text('a'),
        call(0, { id: 'c0', name: 'f', arguments: '' }),
        call(0, { arguments: '{"x"' }),
        call(0, { arguments: ':1}' }),
        call(1, { id: 'c1', name: 'g', arguments: '{}' }),
        text('b'),
        finish,
      ],
      [
        '+0 text',
        '0 a',
        '-0',
        '+1 tool_use',
        '1 {"x"',
        '1 :1}',
        '-1',
        '+2 tool_use',
        '2 {}',
        '-2',
        '+3 text',
        '3 b',
        '-3',
      ],
    ],
    ['no finish', [start, text('a')], ['+0 text', '0 a', '-0']],
  ])('%s', (_, chunks, blocks) => {
    expect(short(play(chunks, output({})))).toEqual([
      'message_start',
      'ping',
      ...blocks,
      'message_delta',
      'message_stop',
    ])
  })

  it('begins with a whole message and ends with what was counted', () => {
    const events = play([start, text('a'), finish], output({ finish_reason: 'stop', stop_sequence: 'END' }))
    expect(events[0]).toEqual({
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'small',
        content: [],
        container: null,
        diagnostics: null,
        stop_reason: null,
        stop_sequence: null,
        stop_details: null,
        usage: {
          input_tokens: 5,
          cache_read_input_tokens: 15,
          cache_creation_input_tokens: 0,
          output_tokens: 0,
          output_tokens_details: { thinking_tokens: 0 },
          server_tool_use: null,
          cache_creation: null,
          inference_geo: null,
          service_tier: null,
          speed: null,
        },
      },
    })
    expect(events.at(-2)).toEqual({
      type: 'message_delta',
      delta: { stop_reason: 'stop_sequence', stop_sequence: 'END', stop_details: null, container: null },
      usage: {
        input_tokens: 5,
        cache_read_input_tokens: 15,
        cache_creation_input_tokens: 0,
        output_tokens: 7,
        output_tokens_details: { thinking_tokens: 3 },
        server_tool_use: null,
      },
    })
  })

  it('names a call where it begins', () => {
    const events = play([start, call(0, { id: 'c0', name: 'f', arguments: '{}' })], output({}))
    expect(events[2]).toMatchObject({
      index: 0,
      content_block: { type: 'tool_use', id: 'c0', name: 'f', input: {}, caller: { type: 'direct' } },
    })
    expect(events[3]).toEqual({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'input_json_delta', partial_json: '{}' },
    })
  })

  it('tells that there were thoughts and not what they were', () => {
    const events = play([start, thought('secret'), text('a')], output({}), { ...head, showThinking: false })
    expect(short(events)).toContain('+0 thinking')
    expect(JSON.stringify(events)).not.toContain('secret')
  })

  it.each<[string, Chunk[]]>([
    ['text before the start', [text('a')]],
    ['a second start', [start, start]],
    ['a call without a name', [start, call(0, { id: 'c0', arguments: '{}' })]],
    ['a call without an id', [start, call(0, { name: 'f', arguments: '{}' })]],
    [
      'a call that goes on after another began',
      [
        start,
        call(0, { id: 'a', name: 'f', arguments: '{' }),
        call(1, { id: 'b', name: 'f', arguments: '{}' }),
        call(0, { arguments: '}' }),
      ],
    ],
  ])('refuses %s', (_, chunks) => {
    expect(() => play(chunks, output({}))).toThrow(expect.objectContaining({ code: 'internal' }))
  })

  it('refuses an end without a start', () => {
    expect(() => createMessageEvents(head).end(output({}))).toThrow(/without a start/)
  })
})

describe('a whole answer', () => {
  it('has its blocks in order', () => {
    const answer = answerMessage(
      output({
        content: [
          { type: 'reasoning', text: 'Hm.', signature: 's' },
          { type: 'text', text: 'I look.' },
          { type: 'tool_call', id: 'c0', name: 'f', arguments: '{"x":1}' },
          { type: 'refusal', text: 'No.' },
        ],
        finish_reason: 'tool_calls',
      }),
      head,
    )
    expect(answer).toMatchObject({ id: 'msg_1', stop_reason: 'tool_use', stop_sequence: null })
    expect(answer.content).toEqual([
      { type: 'thinking', thinking: 'Hm.', signature: 's' },
      { type: 'text', text: 'I look.' },
      { type: 'tool_use', id: 'c0', name: 'f', input: { x: 1 }, caller: { type: 'direct' } },
      { type: 'text', text: 'No.' },
    ])
  })

  it.each([
    ['', {}],
    ['{"x":', { INVALID_JSON: '{"x":' }],
    ['[1]', { INVALID_JSON: '[1]' }],
    ['null', { INVALID_JSON: 'null' }],
  ])('shows arguments that are no object: %j', (written, input) => {
    const content = [{ type: 'tool_call' as const, id: 'c0', name: 'f', arguments: written }]
    expect(answerMessage(output({ content }), head).content).toMatchObject([{ input }])
  })

  const called = [{ type: 'tool_call' as const, id: 'c0', name: 'f', arguments: '{}' }]
  it.each([
    [{}, { stop_reason: 'end_turn', stop_sequence: null }],
    [{ stop_sequence: 'END' }, { stop_reason: 'stop_sequence', stop_sequence: 'END' }],
    [{ finish_reason: 'length' as const }, { stop_reason: 'max_tokens', stop_sequence: null }],
    [{ finish_reason: 'tool_calls' as const }, { stop_reason: 'tool_use', stop_sequence: null }],
    [{ content: called }, { stop_reason: 'tool_use', stop_sequence: null }],
    [
      { content: called, stop_sequence: 'END' },
      { stop_reason: 'tool_use', stop_sequence: null },
    ],
    [
      { content: called, finish_reason: 'length' as const },
      { stop_reason: 'max_tokens', stop_sequence: null },
    ],
  ])('%j stops because of %j', (choice, stop) => {
    expect(answerMessage(output(choice), head)).toMatchObject(stop)
  })
})
