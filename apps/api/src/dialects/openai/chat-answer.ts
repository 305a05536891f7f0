import type { MessagePart } from '@hearth/language/message-fields'
import type { TokenLogprob, Usage } from '@hearth/language/sampling-fields'
import type { ChatOutput } from '../run-chat.ts'

/** What all pieces of one answer say alike. */
export interface AnswerHead {
  id: string
  /** Seconds since 1970. */
  created: number
  /** As the client named it. */
  model: string
}

/** A whole answer as `chat.completion`. */
export function chatAnswer({ choices, usage }: ChatOutput, head: AnswerHead) {
  return {
    ...head,
    object: 'chat.completion' as const,
    choices: choices.map(({ index, content, finish_reason, logprobs }) => ({
      index,
      message: answerMessage(content),
      finish_reason,
      logprobs: logprobs ? { content: logprobs, refusal: null } : null,
    })),
    usage: tokenUsage(usage),
    service_tier: 'default' as const,
  }
}

function answerMessage(content: readonly MessagePart[]) {
  const text = joined(content, 'text')
  const thought = joined(content, 'reasoning')
  const calls = content.filter(part => part.type === 'tool_call')
  return {
    role: 'assistant' as const,
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
    annotations: [],
    ...(thought === '' ? {} : { reasoning_content: thought }),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, name, arguments: json }) => ({
            id,
            type: 'function' as const,
            function: { name, arguments: json },
          })),
        }),
  }
}

const joined = (content: readonly MessagePart[], type: 'text' | 'reasoning') =>
  content.map(part => (part.type === type ? part.text : '')).join('')

export function tokenUsage({ prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens }: Usage) {
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

/** Likelihoods as the older completions had them: lists side by side. */
export function completionLogprobs(logprobs: readonly TokenLogprob[], offset: number) {
  let at = offset
  return {
    tokens: logprobs.map(({ token }) => token),
    token_logprobs: logprobs.map(({ logprob }) => logprob),
    top_logprobs: logprobs.map(({ top_logprobs }) =>
      Object.fromEntries(top_logprobs.map(({ token, logprob }) => [token, logprob])),
    ),
    text_offset: logprobs.map(({ token }) => {
      const before = at
      at += token.length
      return before
    }),
  }
}
