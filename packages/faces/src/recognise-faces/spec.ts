import { defineTask, pictureSize, score } from '@hearth/contract'
import { z } from 'zod'
import { embedder, face, faceSearch } from '../face-fields.ts'

export const task = defineTask({
  id: 'recognise-faces',
  title: 'Recognise faces',
  summary: 'Finds faces and says which registered person each is; who is not known stays unknown.',
  capability: 'faces',
  lanes: ['live', 'batch'],
  input: z.object({
    ...faceSearch,
    collection: z.string().min(1).max(100).default('default').meta({ description: 'The people to look among.' }),
    threshold: score
      .optional()
      .meta({ description: 'Least similarity to be known. Absent: that of the collection, else of the embedder.' }),
  }),
  output: z.object({
    ...pictureSize,
    embedder,
    threshold: score,
    faces: z.array(
      face.extend({
        person: z.object({ id: z.string(), name: z.string() }).nullable().meta({ description: 'Null: not known.' }),
        similarity: z.number().nullable().meta({ description: 'Cosine to the nearest person; null if there is none.' }),
        margin: z.number().nullable().meta({ description: 'By how much the next nearest person is further away.' }),
      }),
    ),
  }),
  examples: [],
})
