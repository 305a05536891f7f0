import { defineTask, pictureSize } from '@hearth/contract'
import { z } from 'zod'
import { classes, image, minScore } from '../seeing-fields.ts'

export const task = defineTask({
  id: 'classify-image',
  title: 'Classify image',
  summary: 'Says what a picture shows, out of the classes that the model knows.',
  capability: 'recognise',
  lanes: ['live', 'batch'],
  input: z.object({
    image,
    top_k: z.int().min(1).max(100).default(5).meta({ description: 'How many classes are told.' }),
    min_score: minScore(0),
  }),
  output: z.object({ ...pictureSize, classes }),
  examples: [],
})
