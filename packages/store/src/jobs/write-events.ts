import type { JobEvent, JobEventBody } from '@hearth/contract'
import { type Placeholder, type SQL, sql } from '../drizzle.ts'
import { storable } from '../json.ts'
import type { Database, Transaction } from '../open.ts'
import { type JobRow, jobEvent } from '../schema.ts'

/**
 * A part of a statement that adds the durable events of the one row that its part `taken` changed, after that raised
 * `last_seq` by as many. The row's lock is what keeps the numbers without gaps and in order; one statement because
 * several would be several trips to the server on the way of every job.
 *
 * @param bodies or the place of their JSON in a prepared statement.
 * @param more jsonb with fields that only the row knows.
 */
export function eventsOfTaken(db: Database, bodies: JobEventBody[] | Placeholder, more: SQL = sql`'{}'::jsonb`) {
  const list = Array.isArray(bodies) ? eventsJson(bodies) : bodies
  return db.$with('written', {}).as(sql`
    insert into ${jobEvent} (job, seq, at, body)
    select taken.id, taken.last_seq - jsonb_array_length(given.list) + item.number, now(), item.body || ${more}
    from taken, (select ${list}::jsonb as list) as given,
      jsonb_array_elements(given.list) with ordinality as item (body, number)`)
}

export function eventsJson(bodies: JobEventBody[]): string {
  return JSON.stringify(storable(bodies))
}

/** The same events as everybody hears them. `at` is when the statement ran, by the database's clock. */
export function toEvents(row: Pick<JobRow, 'id' | 'owner' | 'lastSeq'>, bodies: JobEventBody[], at: Date): JobEvent[] {
  const first = row.lastSeq - bodies.length + 1
  return bodies.map((body, index) => ({
    ...storable(body),
    job: row.id,
    owner: row.owner,
    seq: first + index,
    at: at.toISOString(),
  }))
}

/** A stored event as everybody hears it. */
export function toEvent(owner: string, stored: typeof jobEvent.$inferSelect): JobEvent {
  return { ...stored.body, job: stored.job, owner, seq: stored.seq, at: stored.at.toISOString() }
}

/** As `eventsOfTaken`, within a transaction that has changed the row before. */
export async function writeEvents(tx: Transaction, row: JobRow, bodies: JobEventBody[]): Promise<JobEvent[]> {
  const first = row.lastSeq - bodies.length + 1
  const rows = await tx
    .insert(jobEvent)
    .values(bodies.map((body, index) => ({ job: row.id, seq: first + index, body: storable(body) })))
    .returning()
  return rows.map(stored => toEvent(row.owner, stored))
}
