import { and, asc, eq, gt, inArray, sql } from '../drizzle.ts'
import { prepared, query, type Store } from '../open.ts'
import { person, personChange, personFace } from '../schema.ts'

/** What a search needs to know of a face. */
export interface SearchableFace {
  face: string
  person: string
  name: string
  collection: string
  embedder: string
  embedderDigest: string
  vector: Uint8Array
}

const newer = prepared(db =>
  db
    .select({ person: personChange.person, seq: personChange.seq })
    .from(personChange)
    .where(and(eq(personChange.owner, sql.placeholder('owner')), gt(personChange.seq, sql.placeholder('after'))))
    .orderBy(asc(personChange.seq))
    .prepare('person_changes'),
)

/** People of an owner that were changed after a number: added, changed or gone. In the order of their last change. */
export async function changes(
  store: Store,
  { owner, after }: { owner: string; after: number },
): Promise<{ person: string; seq: number }[]> {
  return query(store, () => newer(store).execute({ owner, after }))
}

/** Number of the latest change of an owner; 0 before the first. */
export async function latestChange(store: Store, { owner }: { owner: string }): Promise<number> {
  const [row] = await query(store, db =>
    db
      .select({ seq: sql<string | null>`max(${personChange.seq})` })
      .from(personChange)
      .where(eq(personChange.owner, owner)),
  )
  return Number(row?.seq ?? 0)
}

/** What a search looks at of these people; of all of an owner's, some at a time, by `allSearchable`. */
export async function searchable(
  store: Store,
  { owner, persons }: { owner: string; persons: string[] },
): Promise<SearchableFace[]> {
  if (persons.length === 0) return []
  return query(store, db =>
    db
      .select(columns)
      .from(personFace)
      .innerJoin(person, eq(person.id, personFace.person))
      .where(and(eq(person.owner, owner), inArray(person.id, persons))),
  )
}

/** Every face of an owner, some at a time. */
export async function* allSearchable(store: Store, { owner }: { owner: string }): AsyncGenerator<SearchableFace[]> {
  let last = ''
  for (;;) {
    const rows = await query(store, db =>
      db
        .select(columns)
        .from(personFace)
        .innerJoin(person, eq(person.id, personFace.person))
        .where(and(eq(person.owner, owner), gt(personFace.id, last)))
        .orderBy(asc(personFace.id))
        .limit(2000),
    )
    if (rows.length === 0) return
    yield rows
    last = rows.at(-1)?.face ?? last
  }
}

/** Some faces of a collection by one embedder, taken at random but person by person, so that there are pairs of each. */
export async function sample(
  store: Store,
  input: { owner: string; collection: string; embedder: { id: string; digest: string }; limit: number },
): Promise<SearchableFace[]> {
  const { owner, collection, embedder, limit } = input
  return query(store, db =>
    db
      .select(columns)
      .from(personFace)
      .innerJoin(person, eq(person.id, personFace.person))
      .where(
        and(
          eq(person.owner, owner),
          eq(person.collection, collection),
          eq(personFace.embedder, embedder.id),
          eq(personFace.embedderDigest, embedder.digest),
        ),
      )
      .orderBy(sql`md5(${person.id})`, asc(personFace.id))
      .limit(limit),
  )
}

const columns = {
  face: personFace.id,
  person: person.id,
  name: person.name,
  collection: person.collection,
  embedder: personFace.embedder,
  embedderDigest: personFace.embedderDigest,
  vector: personFace.vector,
}
