import { defineTask, pictureSize } from '@hearth/contract'
import { z } from 'zod'
import { embedder, face, faceSearch } from '../face-fields.ts'

/** Live only: its vectors are biometric data, which no job row may hold. */
export const task = defineTask({
  id: 'embed-faces',
  title: 'Embed faces',
  summary: 'Turns each face into a vector in which likeness is nearness. Answered at once and stored nowhere.',
  capability: 'system',
  lanes: ['live'],
  input: z.object({
    ...faceSearch,
    crops: z.boolean().default(false).meta({ description: 'Whether to answer each face as a small JPEG too.' }),
  }),
  output: z.object({
    ...pictureSize,
    embedder,
    faces: z.array(
      face.extend({
        embedding: z.array(z.number()).meta({ description: 'Of unit length.' }),
        crop: z.base64().optional().meta({ description: 'JPEG of the upright face.' }),
      }),
    ),
  }),
  examples: [],
})
