import { AppError } from '@hearth/contract'
import { and, asc, count, desc, eq, exists, gt, inArray, isNotNull, isNull, lt, or, type SQL, sql } from '../drizzle.ts'
import { query, type Store } from '../open.ts'
import { collection, person, personFace, personLog } from '../schema.ts'
import type { FaceRow, FaceView, PersonLogRow, PersonRow } from './types.ts'

const faceView = {
  id: personFace.id,
  person: personFace.person,
  embedder: personFace.embedder,
  embedderDigest: personFace.embedderDigest,
  dimensions: personFace.dimensions,
  quality: personFace.quality,
  createdAt: personFace.createdAt,
  hasCrop: sql<boolean>`${personFace.crop} is not null`,
}

export interface PersonFilter {
  owner: string
  collection?: string
  /** Words that all occur in the name, in any case. */
  text?: string
  /** Only those who have faces, but none of this embedder. */
  without?: { id: string; digest?: string | undefined }
  /** 1 to 200. */
  limit: number
  /** `next_cursor` of the page before. */
  cursor?: string
}

/** One person. Undefined if unknown or another owner's. */
export async function get(store: Store, { id, owner }: { id: string; owner: string }): Promise<PersonRow | undefined> {
  const mine = and(eq(person.id, id), eq(person.owner, owner))
  const [row] = await query(store, db => db.select().from(person).where(mine))
  return row
}

/** By name, each with their faces. */
export async function list(
  store: Store,
  filter: PersonFilter,
): Promise<{ people: (PersonRow & { faces: FaceView[] })[]; next_cursor: string | null }> {
  const words = (filter.text ?? '').split(/\s+/).filter(word => word !== '')
  const limit = Math.min(Math.max(Math.trunc(filter.limit), 1), 200)
  const conditions: (SQL | undefined)[] = [
    eq(person.owner, filter.owner),
    filter.collection === undefined ? undefined : eq(person.collection, filter.collection),
    ...words.map(word => sql`${person.name} ilike ${`%${word.replace(/[\\%_]/g, '\\$&')}%`}`),
    filter.cursor === undefined ? undefined : after(filter.cursor),
  ]
  const rows = await query(store, db => {
    const ofAll = db.select({ id: personFace.id }).from(personFace)
    const { without } = filter
    const lacks = without && [
      exists(ofAll.where(eq(personFace.person, person.id))),
      sql`not exists (select from ${personFace} where ${personFace.person} = ${person.id}
        and ${personFace.embedder} = ${without.id}
        and ${without.digest === undefined ? sql`true` : eq(personFace.embedderDigest, without.digest)})`,
    ]
    return db
      .select()
      .from(person)
      .where(and(...conditions, ...(lacks ?? [])))
      .orderBy(sql`lower(${person.name})`, asc(person.id))
      .limit(limit + 1)
  })
  const page = rows.slice(0, limit)
  const views = await faceViews(
    store,
    page.map(row => row.id),
  )
  const of = Map.groupBy(views, view => view.person)
  const last = rows.length > limit ? page.at(-1) : undefined
  return {
    people: page.map(row => ({ ...row, faces: of.get(row.id) ?? [] })),
    next_cursor: last ? Buffer.from(JSON.stringify([last.name, last.id])).toString('base64url') : null,
  }
}

/** Faces of these people without their sealed bytes, oldest first. */
export async function faceViews(store: Store, persons: string[]): Promise<FaceView[]> {
  if (persons.length === 0) return []
  return query(store, db =>
    db.select(faceView).from(personFace).where(inArray(personFace.person, persons)).orderBy(asc(personFace.id)),
  )
}

/** Faces of one person with their sealed bytes, oldest first. The owner is to be checked before. */
export async function faces(store: Store, { person: id }: { person: string }): Promise<FaceRow[]> {
  return query(store, db => db.select().from(personFace).where(eq(personFace.person, id)).orderBy(asc(personFace.id)))
}

export interface CollectionRow {
  name: string
  threshold: number | null
  createdAt: Date
  people: number
  faces: number
}

/** An owner's collections with how many people and faces each has. */
export async function collections(store: Store, { owner }: { owner: string }): Promise<CollectionRow[]> {
  return query(store, db =>
    db
      .select({
        name: collection.name,
        threshold: collection.threshold,
        createdAt: collection.createdAt,
        people: sql<number>`count(distinct ${person.id})::int`,
        faces: count(personFace.id),
      })
      .from(collection)
      .leftJoin(person, and(eq(person.owner, collection.owner), eq(person.collection, collection.name)))
      .leftJoin(personFace, eq(personFace.person, person.id))
      .where(eq(collection.owner, owner))
      .groupBy(collection.owner, collection.name)
      .orderBy(asc(collection.name)),
  )
}

/** What counts as known in a collection; null if nobody said. */
export async function threshold(
  store: Store,
  { owner, name }: { owner: string; name: string },
): Promise<number | null> {
  const mine = and(eq(collection.owner, owner), eq(collection.name, name))
  const [row] = await query(store, db => db.select({ value: collection.threshold }).from(collection).where(mine))
  return row?.value ?? null
}

/** Digest of an embedder's weights, as the latest of an owner's faces that it made knows it. */
export async function latestDigest(
  store: Store,
  { owner, embedder }: { owner: string; embedder: string },
): Promise<string | undefined> {
  const [row] = await query(store, db =>
    db
      .select({ digest: personFace.embedderDigest })
      .from(personFace)
      .innerJoin(person, eq(person.id, personFace.person))
      .where(and(eq(person.owner, owner), eq(personFace.embedder, embedder)))
      .orderBy(desc(personFace.createdAt))
      .limit(1),
  )
  return row?.digest
}

/** How many faces an owner's people have. */
export async function countFaces(store: Store, { owner }: { owner: string }): Promise<number> {
  const [row] = await query(store, db =>
    db
      .select({ faces: count() })
      .from(personFace)
      .innerJoin(person, eq(person.id, personFace.person))
      .where(eq(person.owner, owner)),
  )
  return row?.faces ?? 0
}

/** People whose time is over. */
export async function expired(store: Store, { limit }: { limit: number }): Promise<{ id: string; owner: string }[]> {
  return query(store, db =>
    db
      .select({ id: person.id, owner: person.owner })
      .from(person)
      .where(and(isNotNull(person.expiresAt), lt(person.expiresAt, sql`now()`)))
      .orderBy(asc(person.expiresAt))
      .limit(limit),
  )
}

/** All ids, some at a time; for comparing them with what lies beside the database. */
export async function* ids(store: Store): AsyncGenerator<string[]> {
  let last = ''
  for (;;) {
    const rows = await query(store, db =>
      db.select({ id: person.id }).from(person).where(gt(person.id, last)).orderBy(asc(person.id)).limit(1000),
    )
    if (rows.length === 0) return
    yield rows.map(row => row.id)
    last = rows.at(-1)?.id ?? last
  }
}

/** What was done, the latest first. */
export async function log(
  store: Store,
  { owner, person: id, before, limit }: { owner: string; person?: string; before?: number; limit: number },
): Promise<PersonLogRow[]> {
  return query(store, db =>
    db
      .select()
      .from(personLog)
      .where(
        and(
          eq(personLog.owner, owner),
          id === undefined ? undefined : eq(personLog.person, id),
          before === undefined ? undefined : lt(personLog.id, before),
        ),
      )
      .orderBy(desc(personLog.id))
      .limit(limit),
  )
}

/** Erased people whose key may still be there. */
export async function unfinishedErasures(store: Store): Promise<string[]> {
  const open = and(inArray(personLog.action, ['erased', 'expired']), isNull(personLog.keyDestroyedAt))
  const rows = await query(store, db => db.selectDistinct({ person: personLog.person }).from(personLog).where(open))
  return rows.flatMap(row => (row.person === null ? [] : [row.person]))
}

/** Closes the entries of an erased person: their key is gone. */
export async function keyDestroyed(store: Store, { person: id }: { person: string }): Promise<void> {
  const open = and(
    eq(personLog.person, id),
    inArray(personLog.action, ['erased', 'expired']),
    isNull(personLog.keyDestroyedAt),
  )
  await query(store, db => db.update(personLog).set({ keyDestroyedAt: sql`now()` }).where(open))
}

function after(cursor: string): SQL | undefined {
  const [name, id] = readCursor(cursor)
  const folded = sql`lower(${person.name})`
  return or(sql`${folded} > lower(${name})`, and(sql`${folded} = lower(${name})`, gt(person.id, id)))
}

function readCursor(cursor: string): [string, string] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(value) && value.length === 2) {
      const [name, id] = value
      if (typeof name === 'string' && typeof id === 'string') return [name, id]
    }
  } catch (cause) {
    throw badCursor(cause)
  }
  throw badCursor()
}

function badCursor(cause?: unknown): AppError {
  return new AppError('invalid-input', 'cursor: this is not a cursor of this list', {
    path: ['cursor'],
    hint: 'Send next_cursor of the page before, or none for the first page.',
    cause,
  })
}
