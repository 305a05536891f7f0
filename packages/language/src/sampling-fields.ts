import { z } from 'zod'

/** How tokens are chosen; what is not given, the model's own settings decide. */
export const sampling = {
  max_tokens: z.int().min(1).max(1_000_000).optional().meta({
    description: 'Tokens of an answer at most; until the context is full unless given.',
  }),
  temperature: z.number().min(0).max(5).optional().meta({ description: '0 takes the likeliest token each time.' }),
  top_p: z.number().min(0).max(1).optional().meta({ description: 'Share of likelihood that is chosen from.' }),
  top_k: z.int().min(0).optional().meta({ description: 'Number of tokens that are chosen from; 0 for all.' }),
  min_p: z.number().min(0).max(1).optional().meta({ description: 'Least likelihood, as a share of the best.' }),
  frequency_penalty: z.number().min(-2).max(2).optional(),
  presence_penalty: z.number().min(-2).max(2).optional(),
  repeat_penalty: z.number().min(0.1).max(10).optional().meta({
    description: 'Divides the logits of tokens that were there already; 1 leaves them alone.',
  }),
  seed: z.int().min(0).optional().meta({ description: 'The same seed gives the same answer. Drawn unless given.' }),
  stop: z.array(z.string().min(1).max(1000)).max(16).default([]).meta({
    description: 'Strings before which the answer ends.',
  }),
  logit_bias: z
    .record(z.string().regex(/^\d+$/, 'expected the number of a token'), z.number().min(-100).max(100))
    .default({}),
  top_logprobs: z.int().min(0).max(20).optional().meta({
    description: 'Give the likelihood of each token, and of so many others in its place.',
  }),
  n: z.int().min(1).max(8).default(1).meta({ description: 'Number of answers.' }),
}

/** Why an answer ended: of itself or at a stop string, at the limit of tokens, or to have tools run. */
export const finishReason = z.enum(['stop', 'length', 'tool_calls'])
export type FinishReason = z.infer<typeof finishReason>

const likelihood = { token: z.string(), bytes: z.array(z.int()), logprob: z.number() }

/** One token of an answer with how likely it was (natural logarithm), and what else could have been. */
export const tokenLogprob = z.object({ ...likelihood, top_logprobs: z.array(z.object(likelihood)) })
export type TokenLogprob = z.infer<typeof tokenLogprob>

export const usage = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  cached_tokens: z.int().meta({ description: 'Tokens of the prompt that were still there from before.' }),
  reasoning_tokens: z.int(),
})
export type Usage = z.infer<typeof usage>

/** How an answer ended. */
export const ending = {
  finish_reason: finishReason,
  stop_sequence: z.string().nullable().meta({ description: 'The stop string that was met.' }),
}
