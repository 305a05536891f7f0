import type { Chunk } from '@hearth/language/chat/spec'
import type { ChatEvent } from '../run-chat.ts'
import { type AnswerHead, tokenUsage } from './chat-answer.ts'

/** Turns the pieces of an answer into those of OpenAI's stream, each of them the text of one event. */
export interface ChatFrames {
  frames(event: ChatEvent): string[]
}

/**
 * @param includeUsage a last piece tells of the tokens; all before it say that they do not.
 */
export function createChatFrames(head: AnswerHead, answers: number, includeUsage: boolean): ChatFrames {
  const piece = (choices: object[], usage?: object) =>
    JSON.stringify({
      ...head,
      object: 'chat.completion.chunk',
      choices,
      service_tier: 'default',
      ...(includeUsage ? { usage: usage ?? null } : {}),
    })
  const choice = (index: number, delta: object, rest: { finish_reason?: string; logprobs?: object } = {}) =>
    piece([{ index, delta, finish_reason: null, logprobs: null, ...rest }])

  const frames = (chunk: Chunk): string[] => {
    switch (chunk.type) {
      case 'start':
        return Array.from({ length: answers }, (_, index) =>
          choice(index, { role: 'assistant', content: '', refusal: null }),
        )
      case 'text': {
        const { index, text, logprobs } = chunk
        return [choice(index, { content: text }, logprobs ? { logprobs: { content: logprobs, refusal: null } } : {})]
      }
      case 'reasoning':
        return [choice(chunk.index, { reasoning_content: chunk.text })]
      case 'tool_call':
        return [choice(chunk.index, { tool_calls: [toolCall(chunk)] })]
      case 'finish':
        return [choice(chunk.index, {}, { finish_reason: chunk.finish_reason })]
    }
  }

  return {
    frames(event) {
      if (event.kind === 'chunk') return frames(event.chunk)
      return [...(includeUsage ? [piece([], tokenUsage(event.output.usage))] : []), '[DONE]']
    },
  }
}

function toolCall({ call, id, name, arguments: json }: Extract<Chunk, { type: 'tool_call' }>) {
  return {
    index: call,
    ...(id === undefined ? {} : { id, type: 'function' }),
    function: { ...(name === undefined ? {} : { name }), arguments: json },
  }
}
