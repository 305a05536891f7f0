import { AppError } from '@hearth/contract'
import { newId, people } from '@hearth/store'
import { z } from 'zod'
import { embedder } from '../face-fields.ts'
import { embed } from './embed.ts'
import { type Asker, type GoodFace, type PeopleDeps, sealFace } from './enrol.ts'
import { cropOfFace, open } from './seal.ts'

/** People of one call at most; the answer says how many are left. */
const batch = 50

export const reEnrolment = z.object({
  embedder: embedder.meta({ description: 'Whose vectors they have now.' }),
  done: z.array(z.object({ person: z.string(), faces: z.int() })),
  left: z
    .array(z.object({ person: z.string(), name: z.string(), reason: z.string() }))
    .meta({ description: 'People whose pictures have to be taken again, and why.' }),
  next_cursor: z.string().nullable().meta({ description: 'There are more to do: ask again with it.' }),
})
export type ReEnrolment = z.infer<typeof reEnrolment>

/**
 * Runs the small pictures that were kept through another embedder and puts its vectors in the place of the old ones. Vectors
 * themselves cannot be carried over. Who has no pictures is named: they have to be enrolled again.
 */
export async function reEnrol(
  deps: PeopleDeps,
  asker: Asker,
  input: {
    model?: string | undefined
    collection?: string | undefined
    cursor?: string | undefined
    /** Any small picture. */
    probe: Uint8Array
    signal: AbortSignal
  },
): Promise<ReEnrolment> {
  const { collection, cursor, model, signal, probe } = input
  // What the model calls itself: a picture without a face is enough to hear it.
  const { embedder: current } = await embed(deps.live, {
    picture: probe,
    crops: false,
    model,
    owner: asker.owner,
    signal,
  })
  const page = await people.list(deps.store, {
    owner: asker.owner,
    without: current,
    limit: batch,
    ...(collection === undefined ? {} : { collection }),
    ...(cursor === undefined ? {} : { cursor }),
  })
  const done: ReEnrolment['done'] = []
  const left: ReEnrolment['left'] = []
  for (const { id, name } of page.people) {
    const result = await reEnrolOne(deps, asker, { id, model, signal })
    if (typeof result === 'number') done.push({ person: id, faces: result })
    else left.push({ person: id, name, reason: result })
  }
  return { embedder: current, done, left, next_cursor: page.next_cursor }
}

/** How many faces the person has now, or why none could be made. */
async function reEnrolOne(
  deps: PeopleDeps,
  asker: Asker,
  { id, model, signal }: { id: string; model: string | undefined; signal: AbortSignal },
): Promise<number | string> {
  const { owner } = asker
  const key = await deps.keys.find(id)
  if (!key) return 'the key of this person is gone'
  const old = await people.faces(deps.store, { person: id })
  const made: GoodFace[] = []
  for (const row of old) {
    if (!row.crop) continue
    const crop = open(key, row.crop, cropOfFace(id, row.id))
    const found = await faceOfCrop(deps, { picture: crop, model, owner, signal })
    // The first crop stays: one made of it would be worse.
    if (found) made.push({ ...found, face: { ...found.face, crop: crop.toString('base64') } })
  }
  if (made.length === 0) {
    return old.some(row => row.crop) ? 'no face was found in the pictures that were kept' : 'no pictures were kept'
  }
  const faces = made.map(face => sealFace(key, id, face))
  const entry = { ...asker, person: id, action: 're-enrolled' as const, detail: { faces: faces.length } }
  await people.replaceFaces(deps.store, { id, owner, faces, old: old.map(row => row.id) }, entry)
  return faces.length
}

async function faceOfCrop(
  { live }: PeopleDeps,
  run: { picture: Uint8Array; model: string | undefined; owner: string; signal: AbortSignal },
): Promise<GoodFace | undefined> {
  try {
    const { embedder, faces } = await embed(live, { ...run, crops: false })
    const [face] = faces.toSorted((a, b) => b.quality.size - a.quality.size)
    return face && { id: newId(), embedder, face }
  } catch (error) {
    if (error instanceof AppError && error.code === 'invalid-input') return undefined
    throw error
  }
}
