import { defineTask, mediaInput } from '@hearth/contract'
import { z } from 'zod'

const step = z.int().min(1).max(10_000)

/** A task whose every step, delay and accident can be ordered: what tests of the spine run. */
export const task = defineTask({
  id: 'echo',
  title: 'Echo',
  summary: 'Gives the text back, step by step, with the accidents that are asked for. For tests.',
  capability: 'system',
  lanes: ['batch', 'live'],
  input: z.object({
    text: z.string().min(1).max(10_000).meta({ description: 'What is given back.' }),
    file: mediaInput('image', 'A file whose bytes are given back as text instead.').optional(),
    steps: step.default(4).meta({ description: 'Steps of work; progress is told after each.' }),
    step_ms: z.number().min(0).max(60_000).default(0).meta({ description: 'How long a step takes, in milliseconds.' }),
    bytes: z
      .int()
      .min(0)
      .max(64 * 2 ** 20)
      .default(0)
      .meta({ description: 'Size of a second file, noise that depends on the text alone.' }),
    previews: z.boolean().default(false).meta({ description: 'Send a preview after each step.' }),
    digest: z.boolean().default(false).meta({ description: 'Give back the sha256 of the file, and no output file.' }),
    count: z.boolean().default(false).meta({ description: 'Tell how many runs of its stream there were.' }),
    fail_at: step.optional().meta({ description: 'Step that throws.' }),
    crash_at: step.optional().meta({ description: 'Step at which the process kills itself.' }),
    hang_at: step.optional().meta({ description: 'Step that blocks the process for ever.' }),
  }),
  output: z.object({
    text: z.string(),
    steps: z.int(),
    file: z.string().meta({ description: 'Name of the output file that holds the text; empty without one.' }),
    count: z.int().optional(),
  }),
  chunk: z.object({ step: z.int() }),
  examples: [
    { title: 'At once', input: { text: 'hello' } },
    { title: 'Ten steps and a second file', input: { text: 'hello', steps: 10, bytes: 1024 } },
  ],
})
