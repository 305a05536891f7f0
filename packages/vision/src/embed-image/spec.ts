import { defineTask } from '@hearth/contract'
import { z } from 'zod'
import { image } from '../seeing-fields.ts'

export const task = defineTask({
  id: 'embed-image',
  title: 'Embed image',
  summary: 'Turns a picture, or a sentence about one, into a vector in which likeness is nearness.',
  capability: 'recognise',
  lanes: ['live', 'batch'],
  input: z
    .object({
      image: image.optional(),
      text: z.string().min(1).max(2000).optional().meta({ description: 'A sentence, put into the same space.' }),
    })
    .refine(({ image, text }) => (image === undefined) !== (text === undefined), 'expected either image or text'),
  output: z.object({
    embedding: z.array(z.number()).meta({ description: 'Of unit length.' }),
    dimensions: z.int(),
    /** Of the picture; absent for a text. */
    width: z.int().optional(),
    height: z.int().optional(),
  }),
  examples: [],
})
