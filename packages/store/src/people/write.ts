import { AppError } from '@hearth/contract'
import { and, eq, inArray, sql } from '../drizzle.ts'
import { query, type Store, type Transaction, transact } from '../open.ts'
import { attendance, type Consent, collection, person, personChange, personFace, personLog } from '../schema.ts'
import type { LogEntry, NewFace, NewPerson, PersonRow } from './types.ts'

/** Adds a person with their faces; the collection is made on the way. */
export async function create(store: Store, input: NewPerson, entry: LogEntry): Promise<PersonRow> {
  const { faces, ...columns } = input
  return transact(store, async tx => {
    await ensureCollection(tx, input.owner, input.collection)
    const [row] = await tx.insert(person).values(columns).returning()
    if (!row) throw new AppError('internal', 'the database stored no person')
    await insertFaces(tx, row.id, faces)
    await note(tx, entry, [row.id])
    return row
  })
}

/** Adds faces to a person. @throws AppError `not-found`, for another owner's too. */
export async function addFaces(
  store: Store,
  { id, owner, faces }: { id: string; owner: string; faces: NewFace[] },
  entry: LogEntry,
): Promise<void> {
  await transact(store, async tx => {
    await lockPerson(tx, id, owner)
    await insertFaces(tx, id, faces)
    await note(tx, entry, [id])
  })
}

/** Puts faces in the place of all that a person has of another embedder. @throws AppError `not-found`. */
export async function replaceFaces(
  store: Store,
  { id, owner, faces, old }: { id: string; owner: string; faces: NewFace[]; old: string[] },
  entry: LogEntry,
): Promise<void> {
  await transact(store, async tx => {
    await lockPerson(tx, id, owner)
    await removeFaces(tx, id, old)
    await insertFaces(tx, id, faces)
    await note(tx, entry, [id])
  })
}

/** Removes one face. @throws AppError `not-found`. */
export async function removeFace(
  store: Store,
  { id, owner, face }: { id: string; owner: string; face: string },
  entry: LogEntry,
): Promise<void> {
  await transact(store, async tx => {
    await lockPerson(tx, id, owner)
    if ((await removeFaces(tx, id, [face])) === 0) throw new AppError('not-found', `there is no face ${face}`)
    await note(tx, entry, [id])
  })
}

/** Changes what is given. @throws AppError `not-found`. */
export async function update(
  store: Store,
  change: {
    id: string
    owner: string
    name?: string
    collection?: string
    consent?: Consent
    expiresAt?: Date | null
  },
  entry: LogEntry,
): Promise<PersonRow> {
  const { id, owner, ...columns } = change
  return transact(store, async tx => {
    const before = await lockPerson(tx, id, owner)
    if (columns.collection !== undefined) await ensureCollection(tx, owner, columns.collection)
    const changed = Object.keys(columns).length > 0
    const [row] = changed ? await tx.update(person).set(columns).where(eq(person.id, id)).returning() : [before]
    if (!row) throw new AppError('internal', 'the database changed no person')
    await note(tx, entry, [id])
    return row
  })
}

/**
 * Gives one person's faces, sealed anew, to another and removes the first. Its key is still to be destroyed.
 * @param faces all of the first person's, under the other's key; `conflict` if there are others by now.
 */
export async function merge(
  store: Store,
  { id, into, owner, faces }: { id: string; into: string; owner: string; faces: NewFace[] },
  entry: LogEntry,
): Promise<void> {
  await transact(store, async tx => {
    // In the order of their ids, so that two merges the other way round do not wait for each other.
    for (const one of [id, into].toSorted()) await lockPerson(tx, one, owner)
    const removed = await removeFaces(
      tx,
      id,
      faces.map(face => face.id),
    )
    const left = await tx.select({ id: personFace.id }).from(personFace).where(eq(personFace.person, id)).limit(1)
    if (removed < faces.length || left.length > 0) {
      throw new AppError('conflict', 'the person was changed at the same moment', {
        hint: 'Try again.',
        retryable: true,
      })
    }
    await insertFaces(tx, into, faces)
    await tx
      .update(attendance)
      .set({ person: into })
      .where(and(eq(attendance.owner, owner), eq(attendance.person, id)))
    await tx.delete(person).where(eq(person.id, id))
    await note(tx, entry, [id, into])
    await tx.insert(personLog).values({ owner, person: id, action: 'erased', detail: { merged_into: into } })
  })
}

/**
 * Removes a person and all faces. The entry of the log stays open until `keyDestroyed`: whoever dies in between leaves
 * it for the next who looks at `unfinishedErasures`.
 * @throws AppError `not-found`.
 */
export async function erase(
  store: Store,
  { id, owner }: { id: string; owner: string },
  entry: LogEntry & { action: 'erased' | 'expired' },
): Promise<void> {
  await transact(store, async tx => {
    await lockPerson(tx, id, owner)
    const faces = await tx.delete(personFace).where(eq(personFace.person, id)).returning({ id: personFace.id })
    await tx.delete(person).where(eq(person.id, id))
    await note(tx, { ...entry, detail: { ...entry.detail, faces: faces.length } }, [id])
  })
}

/** Removes people as if they had never been restored: nothing is noted. Returns how many. */
export async function drop(store: Store, ids: string[]): Promise<number> {
  if (ids.length === 0) return 0
  const rows = await query(store, db => db.delete(person).where(inArray(person.id, ids)).returning({ id: person.id }))
  return rows.length
}

/** Sets what counts as known in a collection; null gives it back to the embedder. @throws AppError `not-found`. */
export async function setThreshold(
  store: Store,
  { owner, name, threshold }: { owner: string; name: string; threshold: number | null },
  entry: LogEntry,
): Promise<void> {
  await transact(store, async tx => {
    const rows = await tx
      .update(collection)
      .set({ threshold })
      .where(and(eq(collection.owner, owner), eq(collection.name, name)))
      .returning({ name: collection.name })
    if (rows.length === 0) throw new AppError('not-found', `there is no collection ${name}`)
    await note(tx, entry, [])
  })
}

/** Writes an entry that goes with no change. */
export async function record(store: Store, entry: LogEntry): Promise<void> {
  await query(store, db => db.insert(personLog).values(entry))
}

async function ensureCollection(tx: Transaction, owner: string, name: string): Promise<void> {
  await tx.insert(collection).values({ owner, name }).onConflictDoNothing()
}

async function lockPerson(tx: Transaction, id: string, owner: string): Promise<PersonRow> {
  const mine = and(eq(person.id, id), eq(person.owner, owner))
  const [row] = await tx.select().from(person).where(mine).for('update')
  if (!row) throw new AppError('not-found', `there is no person ${id}`)
  return row
}

async function insertFaces(tx: Transaction, id: string, faces: NewFace[]): Promise<void> {
  if (faces.length > 0) await tx.insert(personFace).values(faces.map(face => ({ ...face, person: id })))
}

async function removeFaces(tx: Transaction, id: string, faces: string[]): Promise<number> {
  if (faces.length === 0) return 0
  const rows = await tx
    .delete(personFace)
    .where(and(eq(personFace.person, id), inArray(personFace.id, faces)))
    .returning({ id: personFace.id })
  return rows.length
}

/**
 * Writes the log and numbers the change; always last in its transaction. The lock is held until the commit, so that a
 * reader who has seen a number has seen all smaller ones of that owner.
 */
async function note(tx: Transaction, entry: LogEntry, persons: string[]): Promise<void> {
  await tx.insert(personLog).values(entry)
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('people'), hashtext(${entry.owner}))`)
  for (const id of persons) {
    await tx.execute(sql`insert into ${personChange} (person, owner) values (${id}, ${entry.owner})
      on conflict (person) do update set seq = default`)
  }
}
