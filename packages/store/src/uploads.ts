import { AppError } from '@hearth/contract'
import { and, asc, eq, lt } from './drizzle.ts'
import { query, type Store } from './open.ts'
import { upload } from './schema.ts'

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

/** Uploads made before a moment, oldest first. */
export async function olderThan(
  store: Store,
  { before, limit }: { before: Date; limit: number },
): Promise<UploadRow[]> {
  return query(store, db =>
    db.select().from(upload).where(lt(upload.createdAt, before)).orderBy(asc(upload.createdAt)).limit(limit),
  )
}

export async function remove(store: Store, { id, owner }: { id: string; owner?: string }): Promise<void> {
  await query(store, db =>
    db.delete(upload).where(and(eq(upload.id, id), owner === undefined ? undefined : eq(upload.owner, owner))),
  )
}
