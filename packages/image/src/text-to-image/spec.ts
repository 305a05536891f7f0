import { defineTask } from '@hearth/contract'
import { z } from 'zod'
import { drawingFields, drawingOutput } from '../drawing-fields.ts'

export const task = defineTask({
  id: 'text-to-image',
  title: 'Text to image',
  summary: 'Draws pictures from words.',
  capability: 'create',
  lanes: ['batch'],
  input: z.object(drawingFields),
  output: drawingOutput({}),
  examples: [
    { title: 'A red apple', input: { prompt: 'red apple' } },
    {
      title: 'Two sailboats that can be drawn again',
      input: { prompt: 'purple sailboat', n: 2, seed: 7, steps: 12, guidance_scale: 2.5, format: 'webp' },
    },
  ],
})
