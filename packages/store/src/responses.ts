import { and, eq, inArray, lt, sql } from './drizzle.ts'
import { storable } from './json.ts'
import { query, type Store } from './open.ts'
import { response } from './schema.ts'

export type ResponseRow = typeof response.$inferSelect

/** Longest thread that is followed: beyond every context. */
const longest = 10_000

/** Keeps an answer that was given already, so that nothing in it may be refused any more. */
export async function create(store: Store, input: Omit<typeof response.$inferInsert, 'createdAt'>): Promise<void> {
  await query(store, db => db.insert(response).values(storable(input)))
}

interface Own {
  id: string
  owner: string
}

export async function get(store: Store, own: Own): Promise<ResponseRow | undefined> {
  const [row] = await query(store, db => db.select().from(response).where(mine(own)))
  return row
}

/**
 * The row and those that it goes on from, the first of all at the front. Ends where one was forgotten: then `previous`
 * of the first is not null.
 */
export async function thread(store: Store, { id, owner }: Own): Promise<ResponseRow[]> {
  const ids = sql`
    with recursive thread (id, previous, depth) as (
      select id, previous, 0 from response where id = ${id} and owner = ${owner}
      union all
      select r.id, r.previous, depth + 1 from response r join thread t on r.id = t.previous
      where r.owner = ${owner} and depth < ${longest}
    ) select id from thread order by depth desc`
  return query(store, async db => {
    const { rows } = await db.execute<{ id: string }>(ids)
    const order = rows.map(({ id }) => id)
    const found = await db.select().from(response).where(inArray(response.id, order))
    return found.toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
  })
}

/** @returns whether there was one. */
export async function remove(store: Store, own: Own): Promise<boolean> {
  const rows = await query(store, db => db.delete(response).where(mine(own)).returning({ id: response.id }))
  return rows.length > 0
}

/** Forgets those made before a moment. */
export async function removeOld(store: Store, { before }: { before: Date }): Promise<void> {
  await query(store, db => db.delete(response).where(lt(response.createdAt, before)))
}

const mine = ({ id, owner }: Own) => and(eq(response.id, id), eq(response.owner, owner))
