import { AppError, type Executor, perform, type RunContext } from '@hearth/contract'
import { task } from '../../chat/spec.ts'
import type { MessagePart } from '../../message-fields.ts'
import type { FinishReason, TokenLogprob } from '../../sampling-fields.ts'
import { type AnswerPart, createAnswerParser } from './answer-parts.ts'
import { type Answering, answer } from './answers.ts'
import type { CallFormat } from './call-format.ts'
import type { ChatTemplate } from './chat-template.ts'
import { answerGrammar, callGrammar } from './grammar.ts'
import type { Loaded } from './library.ts'
import { fittingPrompt } from './prompt.ts'
import { readCalls } from './read-calls.ts'
import type { Seats } from './seats.ts'
import { toolsToCall } from './tool-use.ts'

export function chat(loaded: Loaded, seats: Seats, template: ChatTemplate): Executor<never> {
  return perform(task, async (input, context) => {
    const { messages, tools, tool_choice, parallel_tool_calls, response_format, reasoning, truncation, ...sampling } =
      input
    const { allowed, required } = toolsToCall(tools, tool_choice)
    if (required && allowed.length === 0) {
      throw new AppError('invalid-input', 'a tool must be called, but there is none of that name', {
        path: ['tool_choice'],
        hint: 'Name one of `tools`.',
      })
    }
    const conversation = { messages, tools: allowed, reasoning }
    const { text, tokens, omitted } = fittingPrompt(loaded, template, conversation, truncation)
    const grammar = required
      ? callGrammar(loaded, allowed, { format: template.calls, several: parallel_tool_calls })
      : await answerGrammar(loaded, response_format)
    const thinks = /<think>\s*$/.test(text)
    let thought = 0
    const answering = (index: number) =>
      chatAnswer(context, index, {
        format: allowed.length > 0 ? template.calls : undefined,
        reasoning: thinks,
        calls: parallel_tool_calls ? Number.POSITIVE_INFINITY : 1,
        logprobs: sampling.top_logprobs !== undefined,
        think: tokens => {
          thought += tokens
        },
      })
    const marks = allowed.length > 0 ? template.calls.marks : []
    const { choices, usage } = await answer(loaded, seats, { tokens, sampling, grammar, marks }, context, answering)
    return { choices, usage: { ...usage, reasoning_tokens: thought }, omitted_messages: omitted }
  })
}

interface ChatAnswer {
  /** How calls of tools are written, where there are tools. */
  format: CallFormat | undefined
  reasoning: boolean
  /** At most. */
  calls: number
  logprobs: boolean
  /** Hears of tokens that were thought, not said. */
  think(tokens: number): void
}

type Choice = {
  index: number
  content: MessagePart[]
  finish_reason: FinishReason
  stop_sequence: string | null
  logprobs?: TokenLogprob[]
}

/** One answer: its text is taken apart as it comes, and sent. */
function chatAnswer(context: Pick<RunContext, 'chunk'>, index: number, wish: ChatAnswer): Answering<Choice> {
  const parser = createAnswerParser({ calls: wish.format, reasoning: wish.reasoning })
  const content: MessagePart[] = []
  let untold: TokenLogprob[] = []
  let calls = 0
  let before = 0

  const send = (part: AnswerPart) => {
    const made = part.type === 'tool_call' ? readCalls(part.text) : undefined
    if (made) {
      for (const call of made.slice(0, wish.calls - calls)) {
        content.push({ type: 'tool_call', ...call })
        context.chunk({ type: 'tool_call', index, call: calls++, ...call })
      }
      return
    }
    const type = part.type === 'reasoning' ? 'reasoning' : 'text'
    const last = content.at(-1)
    if (last?.type === type) last.text += part.text
    else content.push({ type, text: part.text })
    const logprobs = untold.length > 0 && type === 'text' ? { logprobs: untold } : {}
    if (type === 'text') untold = []
    context.chunk({ type, index, text: part.text, ...logprobs })
  }

  return {
    say(text, logprobs, tokens) {
      untold.push(...logprobs)
      const thinking = parser.reasoning
      for (const part of parser.push(text)) send(part)
      if (thinking) wish.think(tokens - before)
      before = tokens
    },
    end({ finish_reason, stop_sequence, logprobs }) {
      for (const part of parser.end()) send(part)
      const ending = {
        finish_reason: calls > 0 && finish_reason === 'stop' ? ('tool_calls' as const) : finish_reason,
        stop_sequence,
      }
      context.chunk({ type: 'finish', index, ...ending })
      return { index, content, ...ending, ...(wish.logprobs ? { logprobs } : {}) }
    },
  }
}
