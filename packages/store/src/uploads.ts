import { AppError } from '@hearth/contract'
import { and, eq, inArray, lt, sql } from './drizzle.ts'
import { query, type Store } from './open.ts'
import { camera, job, response, upload } from './schema.ts'

export type UploadRow = typeof upload.$inferSelect

/** Notes a stored file. The same id again (the same bytes of the same owner) gives what is known. */
export async function create(store: Store, input: Omit<typeof upload.$inferInsert, 'createdAt'>): Promise<UploadRow> {
  const [row] = await query(store, db =>
    db
      .insert(upload)
      .values(input)
      .onConflictDoUpdate({ target: upload.id, set: { id: input.id }, setWhere: eq(upload.owner, input.owner) })
      .returning(),
  )
  if (!row) throw new AppError('conflict', `upload ${input.id} belongs to another owner`)
  return row
}

export async function get(store: Store, { id, owner }: { id: string; owner?: string }): Promise<UploadRow | undefined> {
  const [row] = await query(store, db =>
    db
      .select()
      .from(upload)
      .where(and(eq(upload.id, id), owner === undefined ? undefined : eq(upload.owner, owner))),
  )
  return row
}

/**
 * Forgets uploads made before a moment that no job, no camera and no kept response refers to; their files are the caller's to remove.
 * @returns their ids.
 */
export async function removeUnused(store: Store, { before }: { before: Date }): Promise<string[]> {
  // One pass over the references that there are, not one search for each upload.
  const used = sql`
    select (regexp_matches(${job.input}::text, 'upload:([A-Za-z0-9_-]{8,64})', 'g'))[1] from ${job}
    where ${job.input}::text like '%upload:%'
    union all
    select (regexp_matches(${response.input}::text, 'upload:([A-Za-z0-9_-]{8,64})', 'g'))[1] from ${response}
    where ${response.input}::text like '%upload:%'
    union all
    select substr(${camera.source}, 8) from ${camera} where ${camera.source} like 'upload:%'`
  const rows = await query(store, db =>
    db
      .delete(upload)
      .where(and(lt(upload.createdAt, before), sql`${upload.id} not in (${used})`))
      .returning({ id: upload.id }),
  )
  return rows.map(({ id }) => id)
}

/** Those of these ids that are known. */
export async function known(store: Store, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await query(store, db => db.select({ id: upload.id }).from(upload).where(inArray(upload.id, ids)))
  return new Set(rows.map(({ id }) => id))
}

export async function remove(store: Store, { id, owner }: { id: string; owner?: string }): Promise<void> {
  await query(store, db =>
    db.delete(upload).where(and(eq(upload.id, id), owner === undefined ? undefined : eq(upload.owner, owner))),
  )
}
