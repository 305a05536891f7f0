import { z } from 'zod'
import { samplerIds } from './samplers/sampler-ids.generated.ts'

const size = (side: string) =>
  z
    .int()
    .min(64)
    .max(2048)
    .multipleOf(8)
    .optional()
    .meta({ description: `${side} in pixels, a multiple of 8. Absent: what the checkpoint was trained for.` })

/** What tasks that draw pictures from words have in common. An absent field takes the checkpoint's own default. */
export const drawingFields = {
  prompt: z.string().max(20_000).meta({ description: 'What is to be seen.' }),
  negative_prompt: z.string().max(20_000).default('').meta({ description: 'What is not to be seen.' }),
  width: size('Width'),
  height: size('Height'),
  steps: z.int().min(1).max(150).optional().meta({ description: 'Denoising steps: more take longer and refine.' }),
  guidance_scale: z
    .number()
    .min(0)
    .max(30)
    .optional()
    .meta({ description: 'How closely the prompt is followed. At 1 or less the negative prompt has no effect.' }),
  seed: z
    .int()
    .min(-1)
    .max(Number.MAX_SAFE_INTEGER)
    .default(-1)
    .meta({ description: 'The same seed draws the same picture; -1 picks one. Picture k of several has seed + k.' }),
  sampler: z.enum(samplerIds).optional().meta({ description: 'How noise is removed step by step.' }),
  n: z.int().min(1).max(8).default(1).meta({ description: 'Number of pictures.' }),
  format: z.enum(['png', 'jpeg', 'webp']).default('png').meta({ description: 'File format.' }),
  quality: z.int().min(1).max(100).default(90).meta({ description: 'Of JPEG and WebP.' }),
}

/** Everything that was used, defaults filled in: sent again it draws the same pictures. */
const parameters = {
  ...drawingFields,
  width: z.int(),
  height: z.int(),
  steps: z.int(),
  guidance_scale: z.number(),
  sampler: z.enum(samplerIds),
}

/** Output of a drawing task; `extra` are the task's own fields among the parameters. */
export function drawingOutput<E extends z.ZodRawShape>(extra: E) {
  return z.object({
    images: z
      .array(z.object({ name: z.string(), seed: z.int(), width: z.int(), height: z.int() }))
      .meta({ description: 'The files among the outputs of the job, in order.' }),
    seed: z.int().meta({ description: 'Seed of the first picture.' }),
    parameters: z.object({ ...parameters, ...extra }),
    notes: z.array(z.string()).meta({ description: 'What was done otherwise than one may expect.' }),
  })
}
