import { AppError, type RunContext } from '@hearth/contract'
import type { LlamaContextSequence, LlamaGrammar, SequenceEvaluateOptions, Token } from 'node-llama-cpp'
import type { z } from 'zod'
import type { FinishReason, sampling, TokenLogprob } from '../../sampling-fields.ts'
import type { Loaded } from './library.ts'
import { createStopFilter } from './stop-filter.ts'
import { createTokenText } from './token-text.ts'

export type Sampling = z.output<z.ZodObject<typeof sampling>>

/** Those of llama.cpp itself, for what neither the caller nor the model's entry says. */
const usual = { temperature: 0.8, top_k: 40, top_p: 0.95, min_p: 0.05 }

export interface Wish {
  tokens: readonly Token[]
  sampling: Sampling
  /** Which of the answers this is: each has a seed of its own. */
  index: number
  grammar?: LlamaGrammar | undefined
  /** Tokens of control that are part of the text. */
  marks?: readonly string[] | undefined
}

export interface Generated {
  finish_reason: Exclude<FinishReason, 'tool_calls'>
  stop_sequence: string | null
  completion_tokens: number
  cached_tokens: number
  logprobs: TokenLogprob[]
}

export interface Listener {
  /** How many tokens of the prompt were still there from before. */
  begin(cached: number): void
  /** The text as it comes, with the likelihoods of the tokens that ended in it, and the number of tokens up to here. */
  say(text: string, logprobs: TokenLogprob[], tokens: number): void
}

/**
 * Goes on from `tokens`. Ends with the model's own end, a stop string, the limit of tokens or a full context, and after
 * the token that was being computed when the run is given up.
 */
export async function generate(
  loaded: Loaded,
  sequence: LlamaContextSequence,
  wish: Wish,
  context: Pick<RunContext, 'signal'>,
  { begin, say }: Listener,
): Promise<Generated> {
  const { model } = loaded
  const { sampling } = wish
  const room = loaded.context.contextSize - wish.tokens.length
  const limit = Math.min(sampling.max_tokens ?? room, room)
  // One token at least has to be computed: without it nothing says what comes next.
  await sequence.adaptStateToTokens(wish.tokens.slice(0, -1), false)
  const cached = sequence.nextTokenIndex
  begin(cached)
  const text = createTokenText(model, wish.marks)
  const stops = createStopFilter(sampling.stop)
  const made: Token[] = []
  const logprobs: TokenLogprob[] = []
  let untold: TokenLogprob[] = []
  const tell = (piece: string) => {
    if (piece === '') return
    say(piece, untold, made.length)
    untold = []
  }
  let ended = false
  const options = samplingOptions(loaded, wish, made)
  const rest = wish.tokens.slice(cached)
  const likelihoods = sampling.top_logprobs
  const steps: AsyncIterable<{ token: Token; probabilities?: ReadonlyMap<Token, number> }> =
    likelihoods === undefined
      ? sequence.evaluateWithMetadata(rest, {}, options)
      : sequence.evaluateWithMetadata(rest, { probabilities: true }, options)
  for await (const step of steps) {
    context.signal.throwIfAborted()
    made.push(step.token)
    if (likelihoods !== undefined && step.probabilities) {
      const likelihood = tokenLogprob(loaded, step.token, step.probabilities, likelihoods)
      logprobs.push(likelihood)
      untold.push(likelihood)
    }
    tell(stops.push(text.push(step.token)))
    ended = made.length >= limit
    if (stops.met !== undefined || ended) break
  }
  context.signal.throwIfAborted()
  tell(stops.push(text.end()))
  tell(stops.end())
  return {
    finish_reason: ended && stops.met === undefined ? 'length' : 'stop',
    stop_sequence: stops.met ?? null,
    completion_tokens: made.length,
    cached_tokens: cached,
    logprobs,
  }
}

function samplingOptions(loaded: Loaded, { sampling, index, grammar }: Wish, made: Token[]): SequenceEvaluateOptions {
  const { library, model } = loaded
  const penalties = {
    penalty: sampling.repeat_penalty ?? 1,
    frequencyPenalty: sampling.frequency_penalty ?? 0,
    presencePenalty: sampling.presence_penalty ?? 0,
  }
  const biases = Object.entries(sampling.logit_bias)
  const bias = new library.TokenBias(model.tokenizer)
  // llama.cpp lets nobody keep a model from ending: a bias on the token of the end has no effect.
  for (const [token, logit] of biases) bias.set(Number(token) as Token, { logit })
  const punishes = penalties.penalty !== 1 || penalties.frequencyPenalty !== 0 || penalties.presencePenalty !== 0
  return {
    temperature: sampling.temperature ?? usual.temperature,
    topK: sampling.top_k ?? usual.top_k,
    topP: sampling.top_p ?? usual.top_p,
    minP: sampling.min_p ?? usual.min_p,
    ...(sampling.seed === undefined ? {} : { seed: (sampling.seed + index) % 2 ** 32 }),
    ...(grammar ? { grammarEvaluationState: new library.LlamaGrammarEvaluationState({ model, grammar }) } : {}),
    ...(punishes ? { repeatPenalty: { punishTokens: () => made, maxPunishTokens: 2 ** 16, ...penalties } } : {}),
    ...(biases.length > 0 ? { tokenBias: bias } : {}),
  }
}

function tokenLogprob(
  { model }: Loaded,
  token: Token,
  probabilities: ReadonlyMap<Token, number>,
  top: number,
): TokenLogprob {
  const described = (token: Token, probability: number) => {
    const text = model.detokenize([token], true)
    // The smallest number that a client's exp() still tells from nothing.
    return { token: text, bytes: [...Buffer.from(text)], logprob: Math.max(-9999, Math.log(probability)) }
  }
  const best = [...probabilities].slice(0, top)
  return {
    ...described(token, probabilities.get(token) ?? 0),
    top_logprobs: best.map(([token, probability]) => described(token, probability)),
  }
}

/** @throws AppError `invalid-input` for a prompt that leaves no room for an answer. */
export function requireRoom({ context }: Loaded, tokens: number, field: string): void {
  if (tokens < context.contextSize) return
  throw new AppError(
    'invalid-input',
    `this takes ${tokens} tokens, and the context of the model has ${context.contextSize} for question and answer`,
    { path: [field], hint: 'Shorten it, or let the oldest messages be left out (truncation: oldest).' },
  )
}
