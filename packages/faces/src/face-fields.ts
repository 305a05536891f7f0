import { bbox, mediaInput, point, score, track } from '@hearth/contract'
import { z } from 'zod'

export const image = mediaInput('image', 'The picture to look at.')

export const faceSearch = {
  image,
  min_score: score.default(0.5).meta({ description: 'Faces that the model is less sure of are left out.' }),
  max_faces: z.int().min(1).max(200).default(50),
}

/** Left and right as the viewer sees them; ears and mouth by what the detector knows. */
export const landmarks = z
  .object({ left_eye: point, right_eye: point, nose: point })
  .extend({
    mouth: point.optional(),
    mouth_left: point.optional(),
    mouth_right: point.optional(),
    left_ear: point.optional(),
    right_ear: point.optional(),
  })
  .meta({ description: 'Left and right as the viewer sees them.' })

/** What makes a face good or bad to know again. */
export const quality = z.object({
  size: z.number().meta({ description: 'Shorter side of the face in pixels.' }),
  sharpness: z.number().meta({ description: 'Variance of the Laplacian of the face at 112 x 112, grey 0 to 255.' }),
  brightness: z.number().meta({ description: 'Mean grey of the face, 0 to 255.' }),
  yaw: z.number().meta({ description: 'Degrees; positive looks to the right of the picture.' }),
  pitch: z.number().meta({ description: 'Degrees; positive looks up.' }),
  roll: z.number().meta({ description: 'Degrees; positive is turned clockwise.' }),
  live: score.optional().meta({ description: 'Guess that it is a live face; advisory, its worth is not proven.' }),
})
export type Quality = z.infer<typeof quality>

/** What a face is doing, from its mesh; for challenges. */
export const expression = z.object({
  left_eye_open: z.number().meta({ description: 'Height of the eye by its width; about 0.3 open, under 0.15 shut.' }),
  right_eye_open: z.number(),
  mouth_open: z.number().meta({ description: 'Height of the mouth by its width; about 0 shut, over 0.4 open.' }),
})
export type Expression = z.infer<typeof expression>

export const face = z.object({ bbox, score, landmarks, quality, expression: expression.optional(), track })
export type Face = z.infer<typeof face>

/** Vectors of different embedders cannot be compared; an embedder is its id and the digest of its weights. */
export const embedder = z.object({ id: z.string(), digest: z.string(), dimensions: z.int() })
export type Embedder = z.infer<typeof embedder>
