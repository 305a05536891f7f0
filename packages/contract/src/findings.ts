import { z } from 'zod'

/** The words that everything which looks at pictures shares. Pixels are those of the upright picture: after EXIF's rotation. */

export const label = z.string().meta({ description: 'Name of a class, in the words of the model.' })

export const score = z.number().min(0).max(1).meta({ description: 'How sure the model is, 0 to 1.' })

export const bbox = z
  .tuple([z.number(), z.number(), z.number(), z.number()])
  .meta({ description: '[x1, y1, x2, y2] in pixels of the upright picture.' })
export type Bbox = z.infer<typeof bbox>

export const point = z.tuple([z.number(), z.number()]).meta({ description: '[x, y] in pixels of the upright picture.' })
export type Point = z.infer<typeof point>

/** Size of the picture that the findings are about, upright. */
export const pictureSize = { width: z.int(), height: z.int() }

export const track = z
  .int()
  .optional()
  .meta({ description: 'Number of the same thing from frame to frame; only in streams and videos.' })
