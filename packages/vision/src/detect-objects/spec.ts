import { bbox, defineTask, label, pictureSize, score, track } from '@hearth/contract'
import { z } from 'zod'
import { image, minScore } from '../seeing-fields.ts'

export const task = defineTask({
  id: 'detect-objects',
  title: 'Detect objects',
  summary: 'Finds things in a picture and says what and where they are.',
  capability: 'recognise',
  lanes: ['live', 'batch'],
  input: z.object({
    image,
    min_score: minScore(0.35),
    labels: z.array(z.string()).max(200).optional().meta({ description: 'Only these classes; absent: all.' }),
    max_objects: z.int().min(1).max(300).default(100),
  }),
  output: z.object({ ...pictureSize, objects: z.array(z.object({ label, score, bbox, track })) }),
  examples: [],
})
