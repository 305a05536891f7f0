import { defineTask } from '@hearth/contract'
import { z } from 'zod'
import { image, madeImages } from '../seeing-fields.ts'

export const task = defineTask({
  id: 'remove-background',
  title: 'Remove background',
  summary: 'Cuts the main thing out of its picture.',
  capability: 'recognise',
  lanes: ['batch', 'live'],
  input: z.object({
    image,
    result: z
      .enum(['cutout', 'mask'])
      .default('cutout')
      .meta({ description: 'The picture with a transparent background, or the mask alone (white is kept).' }),
    background: z
      .string()
      .regex(/^#[0-9a-f]{6}$/i, 'expected a colour such as #ffffff')
      .optional()
      .meta({ description: 'Colour to put behind it; absent: transparent.' }),
    format: z.enum(['png', 'webp']).default('png').meta({ description: 'File format.' }),
  }),
  output: z.object({ images: madeImages }),
  examples: [],
})
