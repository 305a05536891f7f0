import type { WorkerView } from '@hearth/contract'
import { and, eq, gt, lt, ne, sql } from './drizzle.ts'
import { prepared, query, type Store } from './open.ts'
import { worker } from './schema.ts'

/** Says that a worker lives, and what it has. To be called every few seconds and on change. */
export async function beat(store: Store, view: WorkerView): Promise<void> {
  const latest = { host: view.host, view, seenAt: sql`now()` }
  await query(store, db =>
    db
      .insert(worker)
      .values({ id: view.id, ...latest })
      .onConflictDoUpdate({ target: worker.id, set: latest }),
  )
}

const heardOf = prepared(db =>
  db
    .select()
    .from(worker)
    .where(gt(worker.seenAt, sql`now() - make_interval(secs => ${sql.placeholder('seconds')})`))
    .orderBy(worker.id)
    .prepare('workers_heard_of'),
)

/** Workers heard of within `maxAgeSeconds`, with `seen_at` by the database's clock. */
export async function alive(store: Store, maxAgeSeconds: number): Promise<WorkerView[]> {
  const rows = await query(store, () => heardOf(store).execute({ seconds: maxAgeSeconds }))
  return rows.map(row => ({ ...row.view, seen_at: row.seenAt.toISOString() }))
}

/** Earlier starts of the worker of a host. */
export async function predecessors(store: Store, { host, id }: { host: string; id: string }): Promise<WorkerView[]> {
  const rows = await query(store, db =>
    db
      .select()
      .from(worker)
      .where(and(eq(worker.host, host), ne(worker.id, id))),
  )
  return rows.map(row => row.view)
}

/** Forgets a worker that ended in order, or one whose jobs have been taken back. */
export async function remove(store: Store, id: string): Promise<void> {
  await query(store, db => db.delete(worker).where(eq(worker.id, id)))
}

/** Forgets workers not heard of for so long. */
export async function removeSilent(store: Store, seconds: number): Promise<void> {
  await query(store, db => db.delete(worker).where(lt(worker.seenAt, sql`now() - make_interval(secs => ${seconds})`)))
}
