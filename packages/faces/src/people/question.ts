import { score } from '@hearth/contract'
import { z } from 'zod'
import { embedder } from '../face-fields.ts'

/** What an executor asks of `people`: who is nearest to each vector. */
export const peopleQuestion = z.object({
  kind: z.literal('search'),
  collection: z.string().min(1).max(100),
  embedder,
  /** Of unit length, `embedder.dimensions` numbers each. */
  vectors: z.array(z.instanceof(Float32Array)).max(200),
  /** Least similarity to be known; that of the collection where absent. */
  threshold: score.optional(),
  /** What the embedder's checkpoint advises; taken where neither question nor collection says. */
  default_threshold: score.optional(),
})
export type PeopleQuestion = z.input<typeof peopleQuestion>

/** The nearest person to one vector. */
export const match = z.object({
  /** Null: nobody is as near as the threshold asks. */
  person: z.object({ id: z.string(), name: z.string() }).nullable(),
  /** Cosine to the nearest person, known or not; null if the collection is empty. */
  similarity: z.number().nullable(),
  /** By how much the next nearest person is further away; null if there is none. */
  margin: z.number().nullable(),
})
export type Match = z.infer<typeof match>

/** `matches` in the order of the vectors. */
export const peopleAnswer = z.object({
  threshold: score,
  /** Where the threshold comes from. `assumed`: nobody said one for this embedder. */
  threshold_from: z.enum(['question', 'collection', 'embedder', 'assumed']),
  matches: z.array(match),
})
export type PeopleAnswer = z.infer<typeof peopleAnswer>

/** Taken for an embedder that publishes no threshold: high enough that strangers of weak embedders stay unknown. */
export const assumedThreshold = 0.6
