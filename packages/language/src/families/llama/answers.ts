import type { RunContext } from '@hearth/contract'
import type { LlamaGrammar, Token } from 'node-llama-cpp'
import type { TokenLogprob, Usage } from '../../sampling-fields.ts'
import { type Generated, generate, type Sampling } from './generate.ts'
import type { Loaded } from './library.ts'
import type { Seats } from './seats.ts'

export interface Question {
  tokens: readonly Token[]
  sampling: Sampling
  /** A fresh one for each answer: it remembers how far it has come. */
  grammar?: LlamaGrammar | undefined
  /** Tokens of control that are part of the text. */
  marks?: readonly string[] | undefined
}

/** What becomes of one answer's text. */
export interface Answering<T> {
  say(text: string, logprobs: TokenLogprob[], tokens: number): void
  /** After the last text. */
  end(generated: Generated): T
}

/**
 * The n answers to a question, one after the other in the same place: what was computed of the question serves all.
 * Sends the chunk `start`, and progress in tokens.
 */
export async function answer<T>(
  loaded: Loaded,
  seats: Seats,
  { tokens, sampling, grammar, marks }: Question,
  context: RunContext,
  answering: (index: number) => Answering<T>,
): Promise<{ choices: T[]; usage: Usage }> {
  const total = sampling.n * Math.min(sampling.max_tokens ?? Number.POSITIVE_INFINITY, loaded.context.contextSize)
  const usage = { prompt_tokens: tokens.length, completion_tokens: 0, cached_tokens: 0, reasoning_tokens: 0 }
  const choices: T[] = []
  await seats.lend(tokens, async sequence => {
    for (let index = 0; index < sampling.n; index++) {
      const { say, end } = answering(index)
      const before = usage.completion_tokens
      const generated = await generate(loaded, sequence, { tokens, sampling, index, grammar, marks }, context, {
        begin(cached_tokens) {
          if (index > 0) return
          usage.cached_tokens = cached_tokens
          context.chunk({ type: 'start', prompt_tokens: tokens.length, cached_tokens })
        },
        say(text, logprobs, made) {
          context.progress(before + made, total)
          say(text, logprobs, made)
        },
      })
      usage.completion_tokens += generated.completion_tokens
      choices.push(end(generated))
    }
  })
  context.progress(total, total)
  return { choices, usage }
}
