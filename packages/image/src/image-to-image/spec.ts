import { defineTask, mediaInput } from '@hearth/contract'
import { z } from 'zod'
import { drawingFields, drawingOutput } from '../drawing-fields.ts'

const size = drawingFields.width.meta({
  description: 'A multiple of 8. Absent: the proportions of the picture, in the area the checkpoint was trained for.',
})

const own = {
  image: mediaInput('image', 'The picture to start from.'),
  mask: mediaInput(
    'image',
    'White is painted anew, black is kept, grey blends. Of any size; it is stretched over the picture.',
  ).optional(),
  strength: z
    .number()
    .min(0)
    .max(1)
    .default(0.75)
    .meta({ description: 'How much may change: 0 keeps the picture, 1 keeps next to nothing of it.' }),
}

export const task = defineTask({
  id: 'image-to-image',
  title: 'Image to image',
  summary: 'Redraws a picture, or the masked part of it, after words.',
  capability: 'create',
  lanes: ['batch'],
  input: z.object({ ...drawingFields, ...own, width: size, height: size }),
  output: drawingOutput(own),
  examples: [
    {
      title: 'Turn it into something else',
      input: { prompt: 'green apple', image: 'upload:example-picture', strength: 0.6, seed: 3 },
    },
    {
      title: 'Paint the white part of a mask anew',
      input: { prompt: 'sun', image: 'upload:example-picture', mask: 'upload:example-mask', strength: 0.9, seed: 3 },
    },
  ],
})
