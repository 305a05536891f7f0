import { finalStates } from '@hearth/contract'
import { and, asc, desc, eq, exists, inArray, isNotNull, isNull, lt, lte, ne, sql } from './drizzle.ts'
import { newId } from './ids.ts'
import { storable } from './json.ts'
import { query, type Store } from './open.ts'
import { job, webhookDelivery } from './schema.ts'

export { deliveryStates } from './schema.ts'

export type DeliveryRow = typeof webhookDelivery.$inferSelect

/** What messages tell of. */
export type Told = 'kiosks' | 'jobs'

/** Seconds for which it is tried to tell of a job that has ended. */
const jobLife = 24 * 3600

/** Keeps a message until it is delivered, or no longer worth it. Those of jobs are kept by `jobs.create`. */
export async function add(
  store: Store,
  { owner, body, ttlSeconds }: { owner: string; body: string; ttlSeconds: number },
): Promise<DeliveryRow | undefined> {
  const expiresAt = sql`now() + make_interval(secs => ${ttlSeconds})`
  const [row] = await query(store, db =>
    db
      .insert(webhookDelivery)
      .values({ id: `msg_${newId()}`, owner, body: storable(body), expiresAt })
      .returning(),
  )
  return row
}

/**
 * Takes messages whose turn it is, those of jobs when the job has ended; those that are too old have failed. Nobody else gets them for `leaseSeconds`;
 * whoever took them ends each with `delivered` or `again`, or the lease does.
 */
export async function take(
  store: Store,
  { of, limit, leaseSeconds }: { of: Told; limit: number; leaseSeconds: number },
): Promise<DeliveryRow[]> {
  await query(store, db =>
    db
      .update(webhookDelivery)
      .set({ state: 'failed', body: '', error: sql`coalesce(${webhookDelivery.error}, 'it was too late to send it')` })
      .where(and(eq(webhookDelivery.state, 'waiting'), lte(webhookDelivery.expiresAt, sql`now()`))),
  )
  return query(store, db => {
    const ended = db
      .select({ id: job.id })
      .from(job)
      .where(and(eq(job.id, webhookDelivery.job), inArray(job.state, [...finalStates])))
    const due = db
      .select({ id: webhookDelivery.id })
      .from(webhookDelivery)
      .where(
        and(
          eq(webhookDelivery.state, 'waiting'),
          lte(webhookDelivery.nextAt, sql`now()`),
          of === 'jobs' ? exists(ended) : isNull(webhookDelivery.job),
        ),
      )
      .orderBy(asc(webhookDelivery.nextAt))
      .limit(limit)
      .for('update', { skipLocked: true })
    return db
      .update(webhookDelivery)
      .set({
        attempts: sql`${webhookDelivery.attempts} + 1`,
        nextAt: sql`now() + make_interval(secs => ${leaseSeconds})`,
        expiresAt: sql`coalesce(${webhookDelivery.expiresAt}, now() + make_interval(secs => ${jobLife}))`,
      })
      .where(inArray(webhookDelivery.id, due))
      .returning()
  })
}

export async function delivered(store: Store, id: string): Promise<void> {
  await query(store, db =>
    db
      .update(webhookDelivery)
      .set({ state: 'delivered', body: '', error: null, nextAt: sql`now()` })
      .where(eq(webhookDelivery.id, id)),
  )
}

/** It did not arrive: tried again after a while, or given up where it would be too late by then. */
export async function again(
  store: Store,
  { id, error, afterSeconds }: { id: string; error: string; afterSeconds: number },
): Promise<void> {
  const next = sql`now() + make_interval(secs => ${afterSeconds})`
  const late = sql`${next} > ${webhookDelivery.expiresAt}`
  await query(store, db =>
    db
      .update(webhookDelivery)
      .set({
        nextAt: next,
        error: storable(error.slice(0, 500)),
        state: sql`case when ${late} then 'failed' else ${webhookDelivery.state} end`,
        body: sql`case when ${late} then '' else ${webhookDelivery.body} end`,
      })
      .where(eq(webhookDelivery.id, id)),
  )
}

/** The latest first, without their texts. */
export async function list(
  store: Store,
  { owner, of, limit }: { owner: string; of: Told; limit: number },
): Promise<Omit<DeliveryRow, 'body'>[]> {
  const kind = of === 'jobs' ? isNotNull(webhookDelivery.job) : isNull(webhookDelivery.job)
  const rows = await query(store, db =>
    db
      .select()
      .from(webhookDelivery)
      .where(and(eq(webhookDelivery.owner, owner), kind))
      .orderBy(desc(webhookDelivery.createdAt), desc(webhookDelivery.id))
      .limit(limit),
  )
  return rows.map(({ body: _, ...row }) => row)
}

/** Forgets messages that have ended before a moment. */
export async function removeEnded(store: Store, before: Date): Promise<void> {
  await query(store, db =>
    db.delete(webhookDelivery).where(and(ne(webhookDelivery.state, 'waiting'), lt(webhookDelivery.createdAt, before))),
  )
}
