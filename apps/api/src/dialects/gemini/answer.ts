import type { MessagePart } from '@hearth/language/message-fields'
import type { FinishReason, TokenLogprob, Usage } from '@hearth/language/sampling-fields'
import type { ChatOutput } from '../run-chat.ts'
import { argumentsOf, type WholeCall } from '../whole-calls.ts'

export interface AnswerOptions {
  /** Id of the checkpoint. */
  model: string
  responseId: string
  /** Whether the client wants to see what was thought. */
  thoughts: boolean
}

export interface Candidate {
  index: number
  content: { role: 'model'; parts: object[] }
  finishReason?: 'STOP' | 'MAX_TOKENS' | 'MALFORMED_FUNCTION_CALL'
  finishMessage?: string
  avgLogprobs?: number
  logprobsResult?: object
}

/** A whole answer. */
export function geminiAnswer(output: ChatOutput, options: AnswerOptions) {
  const candidates = output.choices.map(({ index, content, finish_reason, logprobs }): Candidate => {
    const calls = content.filter(part => part.type === 'tool_call')
    const parts = content.flatMap(part => partsOf(part, options.thoughts))
    return {
      index,
      content: { role: 'model', parts: parts.length > 0 ? parts : [{ text: '' }] },
      ...ending(
        finish_reason,
        calls.find(call => argumentsOf(call.arguments) === undefined),
      ),
      ...likelihood(logprobs),
    }
  })
  return { candidates, usageMetadata: usageMetadata(output.usage), ...named(options) }
}

/** What every answer and every piece of one is marked with. */
export function named({ model, responseId }: AnswerOptions) {
  return { modelVersion: model, responseId }
}

function partsOf(part: MessagePart, thoughts: boolean): object[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ text: part.text }]
    case 'reasoning':
      return thoughts ? [thoughtPart(part.text, part.signature)] : []
    case 'tool_call':
      return callPart(part)
    // Models are given these, they do not make them.
    case 'image':
    case 'audio':
    case 'tool_result':
      return []
  }
}

export function thoughtPart(text: string, signature?: string): object {
  return { text, thought: true, ...(signature === undefined ? {} : { thoughtSignature: signature }) }
}

/** A call as Google's clients take it, with its arguments parsed; nothing where they are no JSON object. */
export function callPart({ id, name, arguments: json }: WholeCall): object[] {
  const args = argumentsOf(json)
  return args === undefined ? [] : [{ functionCall: { id, name, args } }]
}

/** @param malformed a call that could not be read. One that the limit of tokens cut off is only cut off. */
export function ending(reason: FinishReason, malformed?: Pick<WholeCall, 'name' | 'arguments'>) {
  if (reason === 'length') return { finishReason: 'MAX_TOKENS' as const }
  if (malformed === undefined) return { finishReason: 'STOP' as const }
  return {
    finishReason: 'MALFORMED_FUNCTION_CALL' as const,
    finishMessage: `Malformed function call: ${malformed.name}(${malformed.arguments.slice(0, 500)})`,
  }
}

export function usageMetadata({ prompt_tokens, completion_tokens, cached_tokens, reasoning_tokens }: Usage) {
  return {
    promptTokenCount: prompt_tokens,
    candidatesTokenCount: completion_tokens - reasoning_tokens,
    totalTokenCount: prompt_tokens + completion_tokens,
    ...(reasoning_tokens > 0 ? { thoughtsTokenCount: reasoning_tokens } : {}),
    ...(cached_tokens > 0 ? { cachedContentTokenCount: cached_tokens } : {}),
  }
}

const logprobOf = ({ token, logprob }: { token: string; logprob: number }) => ({ token, logProbability: logprob })

export function likelihood(logprobs: readonly TokenLogprob[] | undefined) {
  if (logprobs === undefined || logprobs.length === 0) return {}
  return {
    avgLogprobs: logprobs.reduce((sum, { logprob }) => sum + logprob, 0) / logprobs.length,
    logprobsResult: {
      topCandidates: logprobs.map(({ top_logprobs }) => ({ candidates: top_logprobs.map(logprobOf) })),
      chosenCandidates: logprobs.map(logprobOf),
    },
  }
}
