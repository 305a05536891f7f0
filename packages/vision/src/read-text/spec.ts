import { bbox, defineTask, pictureSize, point, score } from '@hearth/contract'
import { z } from 'zod'
import { image } from '../seeing-fields.ts'

export const task = defineTask({
  id: 'read-text',
  title: 'Read text',
  summary: 'Finds lines of text in a picture and reads them.',
  capability: 'recognise',
  lanes: ['live', 'batch'],
  input: z.object({
    image,
    min_box_score: score.default(0.5).meta({ description: 'Boxes that are less surely text are left out.' }),
    min_score: score.default(0.5).meta({ description: 'Lines that are less surely read are left out.' }),
    max_side: z
      .int()
      .min(320)
      .max(4096)
      .default(960)
      .meta({ description: 'Longer sides are scaled down to this many pixels.' }),
  }),
  output: z.object({
    ...pictureSize,
    text: z.string().meta({ description: 'All lines from top to bottom.' }),
    lines: z.array(
      z.object({
        text: z.string(),
        score,
        box_score: score,
        polygon: z.tuple([point, point, point, point]).meta({ description: 'Corners from the top left, clockwise.' }),
        bbox,
      }),
    ),
  }),
  examples: [],
})
