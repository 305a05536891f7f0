import { defineTask } from '@hearth/contract'
import { z } from 'zod'
import { image, madeImages } from '../seeing-fields.ts'

export const task = defineTask({
  id: 'estimate-depth',
  title: 'Estimate depth',
  summary: 'Draws how near each part of a picture is: the nearer, the brighter.',
  capability: 'recognise',
  lanes: ['batch', 'live'],
  input: z.object({ image }),
  output: z.object({
    images: madeImages,
    /** Range of the model's own values, of which the picture shows 0 to 255. */
    min: z.number(),
    max: z.number(),
  }),
  examples: [],
})
