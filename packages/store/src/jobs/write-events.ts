import type { JobEvent, JobEventBody } from '@hearth/contract'
import { storable } from '../json.ts'
import type { Transaction } from '../open.ts'
import { type JobRow, jobEvent } from '../schema.ts'

/**
 * Adds durable events after a row's `last_seq` was raised by as many in the same transaction: the row's lock is what
 * keeps the numbers without gaps and in order.
 */
export async function writeEvents(tx: Transaction, row: JobRow, bodies: JobEventBody[]): Promise<JobEvent[]> {
  const first = row.lastSeq - bodies.length + 1
  const rows = await tx
    .insert(jobEvent)
    .values(bodies.map((body, index) => ({ job: row.id, seq: first + index, body: storable(body) })))
    .returning()
  return rows.map(stored => toEvent(row.owner, stored))
}

/** A stored event as everybody hears it. */
export function toEvent(owner: string, stored: typeof jobEvent.$inferSelect): JobEvent {
  return { ...stored.body, job: stored.job, owner, seq: stored.seq, at: stored.at.toISOString() }
}
