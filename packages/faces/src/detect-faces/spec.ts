import { defineTask, pictureSize } from '@hearth/contract'
import { z } from 'zod'
import { face, faceSearch } from '../face-fields.ts'

export const task = defineTask({
  id: 'detect-faces',
  title: 'Detect faces',
  summary: 'Finds faces, their eyes, nose and mouth, and how good a view of them there is.',
  capability: 'faces',
  lanes: ['live', 'batch'],
  input: z.object(faceSearch),
  output: z.object({ ...pictureSize, faces: z.array(face) }),
  examples: [],
})
