import { AppError } from '@hearth/contract'
import { type Consent, newId, people, type Store } from '@hearth/store'
import { type Embedded, embed, type Live } from './embed.ts'
import type { KeyRing } from './key-ring.ts'
import { judge } from './quality-gate.ts'
import { cropOfFace, seal, vectorBytes, vectorOfFace } from './seal.ts'
import type { Accepted, CurrentEmbedder, Enrolment, Refused } from './views.ts'
import { viewPerson } from './views.ts'

export interface PeopleDeps {
  store: Store
  keys: KeyRing
  live: Live
}

/** Who asks. */
export interface Asker {
  owner: string
  /** Id of the key, for the log. */
  key?: string | undefined
}

/** A picture as it came; reading it may fail, which is that picture's fault alone. */
export type ReadPicture = () => Promise<Uint8Array>

export interface Pictures {
  pictures: readonly ReadPicture[]
  /** Whether small pictures of the faces are kept, sealed: for the list, and for another embedder later. */
  keepCrop: boolean
  /** Embedder; absent: the default one. */
  model?: string | undefined
  signal: AbortSignal
}

/** Registers a person by their pictures. Nobody is registered where no picture is good enough. Pictures are not kept. */
export async function enrol(
  deps: PeopleDeps,
  asker: Asker,
  input: Pictures & { name: string; collection: string; consent: Consent; expiresAt: Date | null },
): Promise<Enrolment> {
  const looked = await look(deps, asker, input)
  if (looked.good.length === 0) return { person: null, ...looked.report }
  const id = newId()
  const key = await deps.keys.make(id)
  try {
    const { name, collection, consent, expiresAt } = input
    const faces = looked.good.map(face => sealFace(key, id, face))
    const entry = { ...asker, person: id, action: 'enrolled' as const, detail: { faces: faces.length } }
    const person = { id, owner: asker.owner, name, collection, consent, expiresAt, faces }
    const row = await people.create(deps.store, person, entry)
    return { person: viewPerson(row, await people.faceViews(deps.store, [id]), looked.embedder), ...looked.report }
  } catch (error) {
    await deps.keys.destroy(id)
    throw error
  }
}

/** Adds pictures to a person. @throws AppError `not-found`; `conflict` if their key is gone. */
export async function addPictures(
  deps: PeopleDeps,
  asker: Asker,
  { id, ...input }: Pictures & { id: string },
): Promise<Enrolment> {
  const { owner } = asker
  if (!(await people.get(deps.store, { id, owner }))) throw new AppError('not-found', `there is no person ${id}`)
  const key = await deps.keys.get(id)
  const looked = await look(deps, asker, input)
  if (looked.good.length === 0) return { person: null, ...looked.report }
  const faces = looked.good.map(face => sealFace(key, id, face))
  const entry = { ...asker, person: id, action: 'faces added' as const, detail: { faces: faces.length } }
  await people.addFaces(deps.store, { id, owner, faces }, entry)
  const row = await people.get(deps.store, { id, owner })
  if (!row) throw new AppError('not-found', `there is no person ${id}`)
  return { person: viewPerson(row, await people.faceViews(deps.store, [id]), looked.embedder), ...looked.report }
}

/** A face that may be kept, not yet sealed. */
export interface GoodFace {
  id: string
  embedder: Embedded['embedder']
  face: Embedded['faces'][number]
}

interface Looked {
  good: GoodFace[]
  embedder: CurrentEmbedder | undefined
  report: { accepted: Accepted[]; refused: Refused[] }
}

/** Looks at one picture after the other: they are large, and so is the model. */
async function look({ live }: PeopleDeps, { owner }: Asker, input: Pictures): Promise<Looked> {
  const { pictures, keepCrop, model, signal } = input
  const good: GoodFace[] = []
  const report: Looked['report'] = { accepted: [], refused: [] }
  let embedder: CurrentEmbedder | undefined
  for (const [image, read] of pictures.entries()) {
    const found = await attempt(async () =>
      embed(live, { picture: await read(), crops: keepCrop, model, owner, signal }),
    )
    if (found instanceof AppError) {
      const reason = {
        code: 'unreadable' as const,
        message: found.message,
        hint: found.hint ?? 'Send another picture.',
      }
      report.refused.push({ image, reasons: [reason] })
      continue
    }
    embedder = found.embedder
    const judged = judge(found.faces)
    if ('reasons' in judged) {
      report.refused.push({ image, reasons: judged.reasons })
      continue
    }
    const id = newId()
    good.push({ id, embedder: found.embedder, face: judged.face })
    report.accepted.push({ image, face: id, quality: judged.face.quality, warnings: judged.warnings })
  }
  return { good, embedder, report }
}

/** What is wrong with the picture is handed back; anything else is thrown. */
async function attempt(work: () => Promise<Embedded>): Promise<Embedded | AppError> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof AppError && ['invalid-input', 'unsupported-media', 'too-large'].includes(error.code))
      return error
    throw error
  }
}

/** @param key of the person. */
export function sealFace(key: Uint8Array, person: string, { id, embedder, face }: GoodFace): people.NewFace {
  const { embedding, crop, quality } = face
  return {
    id,
    embedder: embedder.id,
    embedderDigest: embedder.digest,
    dimensions: embedding.length,
    vector: seal(key, vectorBytes(Float32Array.from(embedding)), vectorOfFace(person, id)),
    crop: crop === undefined ? null : seal(key, Buffer.from(crop, 'base64'), cropOfFace(person, id)),
    quality,
  }
}
