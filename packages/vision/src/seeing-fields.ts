import { label, mediaInput, score } from '@hearth/contract'
import { z } from 'zod'

/** What tasks that look at one picture have in common. */
export const image = mediaInput('image', 'The picture to look at.')

export const minScore = (value: number) =>
  score.default(value).meta({ description: 'Findings that the model is less sure of are left out.' })

/** Classes, the likeliest first. */
export const classes = z.array(z.object({ label, score })).meta({ description: 'The likeliest first.' })

/** Files that a task made, in order; they are among the outputs of the job. */
export const madeImages = z.array(z.object({ name: z.string(), width: z.int(), height: z.int() }))
