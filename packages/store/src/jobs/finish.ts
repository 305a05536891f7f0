import type { JobEvent, JobEventBody } from '@hearth/contract'
import { and, eq, isNull, sql } from '../drizzle.ts'
import { storable } from '../json.ts'
import { type Database, prepared, query, type Store } from '../open.ts'
import { job, jobEvent, jobPreview } from '../schema.ts'
import type { Attempt, Result } from './types.ts'
import { eventsJson, eventsOfTaken, toEvent, toEvents } from './write-events.ts'

/** By the state that a job ends in. */
const endings = {
  succeeded: prepared(db => ending(db, 'succeeded')),
  failed: prepared(db => ending(db, 'failed')),
  cancelled: prepared(db => ending(db, 'cancelled')),
}

function ending(db: Database, state: Result['state']) {
  const columns = {
    succeeded: {
      output: sql`${sql.placeholder('output')}::jsonb`,
      outputs: sql`${sql.placeholder('outputs')}::jsonb`,
      error: null,
    },
    failed: { error: sql`${sql.placeholder('error')}::jsonb` },
    cancelled: {},
  }
  const taken = db.$with('taken').as(
    db
      .update(job)
      .set({
        ...columns[state],
        state,
        finishedAt: sql`now()`,
        lastSeq: sql`${job.lastSeq} + ${sql.placeholder('number')}::int`,
      })
      .where(
        and(
          eq(job.id, sql.placeholder('id')),
          eq(job.attempt, sql.placeholder('attempt')),
          eq(job.state, 'running'),
          state === 'succeeded' ? isNull(job.cancelRequestedAt) : undefined,
        ),
      )
      .returning(),
  )
  // The outputs say more than the last preview.
  const cleared = db.$with('cleared', {}).as(sql`
    delete from ${jobPreview} where job in (select id from taken where state = 'succeeded')`)
  const events = eventsOfTaken(db, sql.placeholder('events'))
  return db.with(taken, events, cleared).select().from(taken).prepare(`end_job_${state}`)
}

/**
 * Ends a running job. Undefined when it may not: the attempt is over, or it succeeded although a cancel was asked for
 * (then finish it as `cancelled`). Asking again after a lost answer gives the events written the first time.
 */
export async function finish(
  store: Store,
  { id, attempt, result }: Attempt & { result: Result },
): Promise<JobEvent[] | undefined> {
  const { state } = result
  const bodies = finalEvents(result)
  const values = { id, attempt, number: bodies.length, events: eventsJson(bodies), ...finalValues(result) }
  const [row] = await query(store, () => endings[state](store).execute(values))
  if (row?.finishedAt) return toEvents(row, bodies, row.finishedAt)
  return endedEarlier(store, { id, attempt, state, events: bodies.length })
}

function finalValues(result: Result): Record<string, string | null> {
  if (result.state === 'succeeded') {
    const output = result.output === null ? null : JSON.stringify(storable(result.output))
    return { output, outputs: JSON.stringify(result.outputs) }
  }
  return result.state === 'failed' ? { error: JSON.stringify(storable(result.error)) } : {}
}

/** The last events of a job that this attempt has ended that way. Only the holder of an attempt can have. */
async function endedEarlier(
  store: Store,
  { id, attempt, state, events }: Attempt & { state: Result['state']; events: number },
): Promise<JobEvent[] | undefined> {
  const stored = await query(store, db =>
    db
      .select({ event: jobEvent, owner: job.owner })
      .from(jobEvent)
      .innerJoin(job, eq(job.id, jobEvent.job))
      .where(
        and(
          eq(job.id, id),
          eq(job.attempt, attempt),
          eq(job.state, state),
          sql`${jobEvent.seq} > ${job.lastSeq} - ${events}::int`,
        ),
      )
      .orderBy(jobEvent.seq),
  )
  return stored.length === 0 ? undefined : stored.map(({ event, owner }) => toEvent(owner, event))
}

function finalEvents(result: Result): JobEventBody[] {
  if (result.state === 'succeeded') {
    return [...result.outputs.map(file => ({ type: 'output' as const, file })), { type: 'succeeded' }]
  }
  return result.state === 'failed' ? [{ type: 'failed', error: result.error }] : [{ type: 'cancelled' }]
}
