import { defineTask, pictureSize } from '@hearth/contract'
import { z } from 'zod'
import { classes, image } from '../seeing-fields.ts'

export const task = defineTask({
  id: 'classify-zero-shot',
  title: 'Classify with your own labels',
  summary: 'Says which of the labels given fits a picture best.',
  capability: 'recognise',
  lanes: ['live', 'batch'],
  input: z.object({
    image,
    labels: z.array(z.string().min(1).max(200)).min(1).max(200).meta({ description: 'What it may be.' }),
    hypothesis_template: z
      .string()
      .max(200)
      .regex(/\{\}/, 'expected {} where the label goes')
      .default('This is a photo of {}.')
      .meta({ description: 'Sentence that each label is put into, at {}.' }),
  }),
  output: z.object({ ...pictureSize, classes }),
  examples: [],
})
