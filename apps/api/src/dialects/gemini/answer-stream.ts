import type { Chunk } from '@hearth/language/chat/spec'
import type { ChatEvent } from '../run-chat.ts'
import { argumentsOf, createCallCollector, type WholeCall } from '../whole-calls.ts'
import {
  type AnswerOptions,
  type Candidate,
  callPart,
  ending,
  likelihood,
  named,
  thoughtPart,
  usageMetadata,
} from './answer.ts'

/**
 * Translates the pieces of one answer as they come. Why the candidates ended and what was used stands in the last piece,
 * which comes when the whole answer is known to be good.
 */
export function createAnswerStream(options: AnswerOptions): (event: ChatEvent) => object[] {
  // Google's clients take calls as a whole.
  const calls = createCallCollector()
  const malformed = new Map<number, WholeCall>()

  const sent = (index: number, parts: object[], more: Partial<Candidate> = {}) =>
    parts.length === 0
      ? []
      : [{ candidates: [{ index, content: { role: 'model', parts }, ...more }], ...named(options) }]

  /** Hands over the calls that are complete, in their order. */
  const finishCalls = (index: number) => {
    const whole = calls.take(index)
    const broken = whole.find(call => argumentsOf(call.arguments) === undefined)
    if (broken && !malformed.has(index)) malformed.set(index, broken)
    return sent(index, whole.flatMap(callPart))
  }

  const translate = (chunk: Chunk): object[] => {
    switch (chunk.type) {
      case 'start':
        return []
      case 'text':
        return [
          ...finishCalls(chunk.index),
          ...sent(chunk.index, chunk.text === '' ? [] : [{ text: chunk.text }], likelihood(chunk.logprobs)),
        ]
      case 'reasoning':
        return [...finishCalls(chunk.index), ...sent(chunk.index, options.thoughts ? [thoughtPart(chunk.text)] : [])]
      case 'tool_call':
        calls.add(chunk)
        return []
      case 'finish':
        return finishCalls(chunk.index)
    }
  }

  return event => {
    if (event.kind === 'chunk') return translate(event.chunk)
    const { choices, usage } = event.output
    const candidates = choices.map(({ index, finish_reason }) => ({
      index,
      content: { role: 'model', parts: [{ text: '' }] },
      ...ending(finish_reason, malformed.get(index)),
    }))
    return [{ candidates, usageMetadata: usageMetadata(usage), ...named(options) }]
  }
}
