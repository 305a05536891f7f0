import { AppError } from '@hearth/contract'
import { attendance, people } from '@hearth/store'
import type { Asker, PeopleDeps } from './enrol.ts'
import { cropOfFace, open, seal, vectorOf, vectorOfFace } from './seal.ts'
import { type CurrentEmbedder, type PersonExport, viewFace, viewLog, viewPerson } from './views.ts'

/** Rows of one kind in an export. */
const most = 100_000

type Deps = Pick<PeopleDeps, 'store' | 'keys'>

/**
 * Erases a person: first the rows, so that nobody finds them any more, then the key, so that no copy of those rows can be
 * read again. @throws AppError `not-found`.
 */
export async function erase(
  { store, keys }: Deps,
  asker: Asker,
  { id, action = 'erased' }: { id: string; action?: 'erased' | 'expired' },
): Promise<void> {
  await people.erase(store, { id, owner: asker.owner }, { ...asker, person: id, action })
  await keys.destroy(id)
  await people.keyDestroyed(store, { person: id })
}

/** Gives a person's faces to another and erases the first. @throws AppError `not-found`, `conflict`, `invalid-input`. */
export async function merge(deps: Deps, asker: Asker, { id, into }: { id: string; into: string }): Promise<void> {
  const { store, keys } = deps
  const { owner } = asker
  if (id === into) throw new AppError('invalid-input', 'into: it is the same person', { path: ['into'] })
  for (const one of [id, into]) {
    if (!(await people.get(store, { id: one, owner }))) throw new AppError('not-found', `there is no person ${one}`)
  }
  const [from, to] = [await keys.get(id), await keys.get(into)]
  const move = (sealed: Uint8Array, purpose: (person: string) => string) =>
    seal(to, open(from, sealed, purpose(id)), purpose(into))
  const faces = (await people.faces(store, { person: id })).map(({ person: _, createdAt: __, ...face }) => ({
    ...face,
    vector: move(face.vector, person => vectorOfFace(person, face.id)),
    crop: face.crop && move(face.crop, person => cropOfFace(person, face.id)),
  }))
  const entry = { ...asker, person: into, action: 'merged' as const, detail: { from: id, faces: faces.length } }
  await people.merge(store, { id, into, owner, faces }, entry)
  await keys.destroy(id)
  await people.keyDestroyed(store, { person: id })
}

/** The small picture of a face. @throws AppError `not-found`; `conflict` if the key is gone. */
export async function readCrop(
  { store, keys }: Deps,
  { owner, id, face }: { owner: string; id: string; face: string },
): Promise<Buffer> {
  const known = await people.get(store, { id, owner })
  const row = known && (await people.faces(store, { person: id })).find(row => row.id === face)
  if (!row?.crop) throw new AppError('not-found', `there is no picture of face ${face}`)
  return open(await keys.get(id), row.crop, cropOfFace(id, face))
}

/** Everything that is held about a person. @throws AppError `not-found`. */
export async function exportPerson(
  { store, keys }: Deps,
  asker: Asker,
  { id, current }: { id: string; current: CurrentEmbedder | undefined },
): Promise<PersonExport> {
  const { owner } = asker
  const row = await people.get(store, { id, owner })
  if (!row) throw new AppError('not-found', `there is no person ${id}`)
  const key = await keys.find(id)
  await people.record(store, { ...asker, person: id, action: 'exported' })
  const faces = (await people.faces(store, { person: id })).map(face => ({ ...face, hasCrop: face.crop !== null }))
  const crop = (face: people.FaceRow) =>
    key && face.crop
      ? `data:image/jpeg;base64,${open(key, face.crop, cropOfFace(id, face.id)).toString('base64')}`
      : null
  return {
    exported_at: new Date().toISOString(),
    person: viewPerson(row, faces, current),
    faces: faces.map(face => ({
      ...viewFace(face),
      vector: key ? [...vectorOf(open(key, face.vector, vectorOfFace(id, face.id)))] : null,
      crop_image: crop(face),
    })),
    log: (await people.log(store, { owner, person: id, limit: most })).map(viewLog),
    attendance: (await attendance.list(store, { owner, person: id, limit: most })).map(
      ({ at, kiosk, challenged, similarity }) => ({ at: at.toISOString(), kiosk, challenged, similarity }),
    ),
  }
}

/**
 * Erases whose time is over and finishes erasures that were broken off. Any number of processes may do it at the same time.
 * @returns how many people were erased.
 */
export async function sweep({ store, keys }: Deps): Promise<number> {
  let erased = 0
  for (const { id, owner } of await people.expired(store, { limit: 1000 })) {
    try {
      await erase({ store, keys }, { owner }, { id, action: 'expired' })
      erased += 1
    } catch (error) {
      // Another process, or the owner, was first.
      if (!(error instanceof AppError && error.code === 'not-found')) throw error
    }
  }
  for (const person of await people.unfinishedErasures(store)) {
    await keys.destroy(person)
    await people.keyDestroyed(store, { person })
  }
  return erased
}
