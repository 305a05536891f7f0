import type { Chunk } from '@hearth/language/chat/spec'
import { describe, expect, it } from 'vitest'
import type { ChatOutput } from '../run-chat.ts'
import { geminiAnswer } from './answer.ts'
import { createAnswerStream } from './answer-stream.ts'

const options = { model: 'tiny', responseId: 'r1', thoughts: true }
const usage = { prompt_tokens: 7, completion_tokens: 5, cached_tokens: 0, reasoning_tokens: 0 }
const ended = { finish_reason: 'stop' as const, stop_sequence: null }

function output(
  content: ChatOutput['choices'][number]['content'],
  more: Partial<ChatOutput['choices'][number]> = {},
): ChatOutput {
  return { choices: [{ index: 0, content, ...ended, ...more }], usage, omitted_messages: 0 }
}

const call = (json: string) => ({ type: 'tool_call' as const, id: 'c1', name: 'weather', arguments: json })

describe('a whole answer', () => {
  it('has candidates, usage, model and id', () => {
    expect(geminiAnswer(output([{ type: 'text', text: 'Paris' }]), options)).toEqual({
      candidates: [{ index: 0, content: { role: 'model', parts: [{ text: 'Paris' }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 7, candidatesTokenCount: 5, totalTokenCount: 12 },
      modelVersion: 'tiny',
      responseId: 'r1',
    })
  })

  it('shows thoughts to who asked for them, and counts them apart', () => {
    const thought = output([
      { type: 'reasoning', text: 'hm', signature: 's' },
      { type: 'text', text: 'Paris' },
    ])
    thought.usage = { ...usage, reasoning_tokens: 2, cached_tokens: 3 }
    const shown = geminiAnswer(thought, options)
    expect(shown.candidates[0]?.content.parts).toEqual([
      { text: 'hm', thought: true, thoughtSignature: 's' },
      { text: 'Paris' },
    ])
    expect(shown.usageMetadata).toEqual({
      promptTokenCount: 7,
      candidatesTokenCount: 3,
      totalTokenCount: 12,
      thoughtsTokenCount: 2,
      cachedContentTokenCount: 3,
    })
    expect(geminiAnswer(thought, { ...options, thoughts: false }).candidates[0]?.content.parts).toEqual([
      { text: 'Paris' },
    ])
  })

  it('has calls with their arguments parsed', () => {
    const [candidate] = geminiAnswer(
      output([call('{"city":"Rome"}')], { finish_reason: 'tool_calls' }),
      options,
    ).candidates
    expect(candidate).toMatchObject({
      content: { parts: [{ functionCall: { id: 'c1', name: 'weather', args: { city: 'Rome' } } }] },
      finishReason: 'STOP',
    })
  })

  it.each([
    ['tool_calls', 'MALFORMED_FUNCTION_CALL'],
    ['length', 'MAX_TOKENS'],
  ] as const)('says of a call that cannot be read, after %s: %s', (finish_reason, finishReason) => {
    const [candidate] = geminiAnswer(output([call('{"city":')], { finish_reason }), options).candidates
    expect(candidate).toMatchObject({ content: { parts: [{ text: '' }] }, finishReason })
  })

  it('has the likelihood of each token', () => {
    const logprobs = [
      { token: 'Par', bytes: [], logprob: -0.5, top_logprobs: [{ token: 'Lon', bytes: [], logprob: -2 }] },
      { token: 'is', bytes: [], logprob: -0.1, top_logprobs: [] },
    ]
    const [candidate] = geminiAnswer(output([{ type: 'text', text: 'Paris' }], { logprobs }), options).candidates
    expect(candidate).toMatchObject({
      avgLogprobs: -0.3,
      logprobsResult: {
        topCandidates: [{ candidates: [{ token: 'Lon', logProbability: -2 }] }, { candidates: [] }],
        chosenCandidates: [
          { token: 'Par', logProbability: -0.5 },
          { token: 'is', logProbability: -0.1 },
        ],
      },
    })
  })
})

describe('a streamed answer', () => {
  function stream(chunks: readonly Chunk[], end?: ChatOutput, thoughts = true) {
    const pieces = createAnswerStream({ ...options, thoughts })
    const sent = chunks.flatMap(chunk => pieces({ kind: 'chunk', chunk }))
    const last = end ? pieces({ kind: 'end', output: end, timings: { engine_ms: 1, total_ms: 1 } }) : []
    for (const piece of [...sent, ...last]) expect(piece).toMatchObject({ modelVersion: 'tiny', responseId: 'r1' })
    return [...sent, ...last] as { candidates: { index: number; content: { parts: object[] } }[] }[]
  }
  const start: Chunk = { type: 'start', prompt_tokens: 7, cached_tokens: 0 }
  const finish: Chunk = { type: 'finish', index: 0, ...ended }
  const partsOf = (pieces: ReturnType<typeof stream>) => pieces.map(({ candidates }) => candidates[0]?.content.parts[0])

  it('tells why it ended and what was used with its last piece alone', () => {
    const text = (text: string): Chunk => ({ type: 'text', index: 0, text })
    const pieces = stream([start, text('Par'), text(''), text('is'), finish], output([{ type: 'text', text: 'Paris' }]))
    expect(partsOf(pieces)).toEqual([{ text: 'Par' }, { text: 'is' }, { text: '' }])
    expect(pieces.at(-1)).toMatchObject({
      candidates: [{ finishReason: 'STOP' }],
      usageMetadata: { totalTokenCount: 12 },
    })
    for (const piece of pieces.slice(0, -1)) {
      expect(piece).not.toHaveProperty('usageMetadata')
      expect(piece.candidates[0]).not.toHaveProperty('finishReason')
    }
  })

  it('ends for nobody before all is known to be good', () => {
    expect(JSON.stringify(stream([start, { type: 'text', index: 0, text: 'Par' }, finish]))).not.toContain(
      'finishReason',
    )
  })

  it('gives calls as a whole, where they stand', () => {
    const piece = (call: number, json: string, more: object = {}): Chunk => ({
      type: 'tool_call',
      index: 0,
      call,
      arguments: json,
      ...more,
    })
    const chunks: Chunk[] = [
      start,
      { type: 'reasoning', index: 0, text: 'hm' },
      piece(0, '{"city"', { id: 'a', name: 'weather' }),
      piece(1, '{}', { id: 'b', name: 'time' }),
      piece(0, ':"Rome"}'),
      { type: 'text', index: 0, text: 'wait' },
      piece(2, '', { id: 'c', name: 'time' }),
      piece(2, '{"zone":1}'),
      finish,
    ]
    const pieces = stream(chunks, output([], { finish_reason: 'tool_calls' }))
    expect(pieces.map(({ candidates }) => candidates[0]?.content.parts)).toEqual([
      [{ text: 'hm', thought: true }],
      [
        { functionCall: { id: 'a', name: 'weather', args: { city: 'Rome' } } },
        { functionCall: { id: 'b', name: 'time', args: {} } },
      ],
      [{ text: 'wait' }],
      [{ functionCall: { id: 'c', name: 'time', args: { zone: 1 } } }],
      [{ text: '' }],
    ])
    expect(stream(chunks, undefined, false)).toHaveLength(3)
  })

  it('says that a call cannot be read', () => {
    const broken: Chunk = { type: 'tool_call', index: 0, call: 0, id: 'a', name: 'weather', arguments: '[1' }
    const pieces = stream([start, broken, finish], output([], { finish_reason: 'tool_calls' }))
    expect(pieces).toHaveLength(1)
    expect(pieces[0]).toMatchObject({
      candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL', finishMessage: 'Malformed function call: weather([1)' }],
    })
  })

  it('keeps candidates apart', () => {
    const two = { choices: [0, 1].map(index => ({ index, content: [], ...ended })), usage, omitted_messages: 0 }
    const pieces = stream([start, { type: 'text', index: 1, text: 'B' }, { type: 'text', index: 0, text: 'A' }], two)
    expect(pieces.map(({ candidates }) => candidates.map(({ index }) => index))).toEqual([[1], [0], [0, 1]])
  })
})
