import { setImmediate as nextTurn } from 'node:timers/promises'
import { people } from '@hearth/store'
import { z } from 'zod'
import type { PeopleDeps } from './enrol.ts'
import { open, vectorOf, vectorOfFace } from './seal.ts'

/** Faces compared with each other at most: 180,000 pairs. */
const sample = 600
/** What is aimed at: one stranger in so many is taken for somebody. */
const falseMatches = 1e-3

const rate = z.number().min(0).max(1).nullable()

export const calibration = z.object({
  faces: z.int(),
  people: z.int(),
  pairs: z.object({ same: z.int(), different: z.int() }),
  curve: z
    .array(z.object({ threshold: z.number(), false_match_rate: rate, false_non_match_rate: rate }))
    .meta({ description: 'Share of pairs of different people at or above it, and of the same person under it.' }),
  suggested: z
    .number()
    .nullable()
    .meta({ description: 'Least threshold with at most 0.1 % false matches; null: too few pairs to say.' }),
  note: z.string(),
})
export type Calibration = z.infer<typeof calibration>

interface Opened {
  person: string
  vector: Float32Array
}

/** How well one's own enrolments tell people apart, by one embedder. */
export async function calibrate(
  deps: Pick<PeopleDeps, 'store' | 'keys'>,
  { owner, collection, embedder }: { owner: string; collection: string; embedder: { id: string; digest: string } },
): Promise<Calibration> {
  const faces = await openSample(deps, { owner, collection, embedder })
  const same: number[] = []
  const different: number[] = []
  for (const [index, one] of faces.entries()) {
    for (let other = index + 1; other < faces.length; other++) {
      const two = faces[other] as Opened
      const pairs = one.person === two.person ? same : different
      pairs.push(cosine(one.vector, two.vector))
    }
    if (index % 50 === 0) await nextTurn()
  }
  return { faces: faces.length, people: new Set(faces.map(face => face.person)).size, ...summarise(same, different) }
}

/** The curve of two lists of similarities; exported for its test. */
export function summarise(same: number[], different: number[]): Omit<Calibration, 'faces' | 'people'> {
  const curve = Array.from({ length: 101 }, (_, step) => {
    const threshold = step / 100
    return {
      threshold,
      false_match_rate: share(different, value => value >= threshold),
      false_non_match_rate: share(same, value => value < threshold),
    }
  })
  const pairs = { same: same.length, different: different.length }
  const enough = different.length >= 1 / falseMatches
  const suggested = enough ? curve.find(point => (point.false_match_rate ?? 1) <= falseMatches)?.threshold : undefined
  return { pairs, curve, suggested: suggested ?? null, note: noteOf(pairs, suggested) }
}

function noteOf({ same, different }: Calibration['pairs'], suggested: number | undefined): string {
  if (different < 1 / falseMatches) {
    return `Too few enrolments: ${different} pairs of different people, ${1 / falseMatches} are needed to tell one in a thousand.`
  }
  if (suggested === undefined) return 'At no threshold are strangers told apart well enough.'
  if (same === 0) return 'Nobody has two faces: how many of them would be missed is not known.'
  return `Measured on ${different} pairs of different people and ${same} of the same.`
}

function share(values: readonly number[], counts: (value: number) => boolean): number | null {
  return values.length === 0 ? null : values.filter(counts).length / values.length
}

async function openSample(
  { store, keys }: Pick<PeopleDeps, 'store' | 'keys'>,
  { owner, collection, embedder }: { owner: string; collection: string; embedder: { id: string; digest: string } },
): Promise<Opened[]> {
  const rows = await people.sample(store, { owner, collection, embedder, limit: sample })
  const opened: Opened[] = []
  for (const row of rows) {
    const key = await keys.find(row.person)
    if (!key) continue
    const vector = vectorOf(open(key, row.vector, vectorOfFace(row.person, row.face)))
    opened.push({ person: row.person, vector })
  }
  return opened
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0]
  for (let k = 0; k < a.length; k++) {
    const [x, y] = [a[k] as number, b[k] ?? 0]
    dot += x * y
    aa += x * x
    bb += y * y
  }
  return dot / Math.sqrt(aa * bb)
}
