import { defineTask } from '@hearth/contract'
import { z } from 'zod'
import { ending, sampling, tokenLogprob, usage } from '../sampling-fields.ts'

const index = z.int().meta({ description: 'Which of the n answers this is of.' })
const logprobs = z.array(tokenLogprob).optional()

const chunk = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), prompt_tokens: z.int(), cached_tokens: z.int() }),
  z.object({ type: z.literal('text'), index, text: z.string(), logprobs }),
  z.object({ type: z.literal('finish'), index, ...ending }),
])
export type Chunk = z.output<typeof chunk>

export const task = defineTask({
  id: 'complete',
  title: 'Complete text',
  summary: 'Goes on from where a text ends.',
  capability: 'language',
  lanes: ['live', 'batch'],
  input: z.object({
    prompt: z.string().min(1),
    ...sampling,
  }),
  output: z.object({ choices: z.array(z.object({ index, text: z.string(), ...ending, logprobs })), usage }),
  chunk,
  examples: [{ title: 'A sentence', input: { prompt: 'The capital of France is', temperature: 0, max_tokens: 8 } }],
})
