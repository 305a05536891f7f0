import { AppError } from '@hearth/contract'
import { asc, eq, sql } from './drizzle.ts'
import { newId } from './ids.ts'
import { query, type Store, transact } from './open.ts'
import { owner } from './schema.ts'

export type OwnerRow = typeof owner.$inferSelect

/** Adds a person or program that jobs, files and keys belong to. */
export async function create(store: Store, { id = newId(), name }: { id?: string; name: string }): Promise<OwnerRow> {
  const [row] = await query(store, db => db.insert(owner).values({ id, name }).returning())
  if (!row) throw new AppError('internal', 'the database stored no owner')
  return row
}

/** The owner of the installation: the first there is, made on the first start. */
export async function first(store: Store, { name }: { name: string }): Promise<OwnerRow> {
  return transact(store, async tx => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('first owner'))`)
    const [known] = await tx.select().from(owner).orderBy(asc(owner.createdAt), asc(owner.id)).limit(1)
    if (known) return known
    const [row] = await tx.insert(owner).values({ id: newId(), name }).returning()
    if (!row) throw new AppError('internal', 'the database stored no owner')
    return row
  })
}

/** The owner of that name; made if there is none. */
export async function named(store: Store, { name }: { name: string }): Promise<OwnerRow> {
  return transact(store, async tx => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('first owner'))`)
    const [known] = await tx.select().from(owner).where(eq(owner.name, name)).orderBy(asc(owner.createdAt)).limit(1)
    if (known) return known
    const [row] = await tx.insert(owner).values({ id: newId(), name }).returning()
    if (!row) throw new AppError('internal', 'the database stored no owner')
    return row
  })
}

export async function get(store: Store, id: string): Promise<OwnerRow | undefined> {
  const [row] = await query(store, db => db.select().from(owner).where(eq(owner.id, id)))
  return row
}

export async function list(store: Store): Promise<OwnerRow[]> {
  return query(store, db => db.select().from(owner).orderBy(asc(owner.createdAt), asc(owner.id)))
}
