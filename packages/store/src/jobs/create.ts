import { AppError, type JobEvent } from '@hearth/contract'
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { newId } from '../ids.ts'
import { type Store, type Transaction, transact } from '../open.ts'
import { type JobRow, job } from '../schema.ts'
import type { NewJob } from './types.ts'
import { writeEvents } from './write-events.ts'

/**
 * Stores a job as `queued`, with its first event and its turn.
 *
 * A known idempotency key gives the earlier job (`created: false`, no events); throws `conflict` if that came from
 * another request.
 */
export async function create(
  store: Store,
  input: NewJob,
): Promise<{ job: JobRow; created: boolean; events: JobEvent[] }> {
  return transact(store, async tx => {
    const { id = newId(), lane = 'batch', priority = 'normal', ...rest } = input
    // Two requests of one owner at the same moment would otherwise take the same turn, or both miss the key.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('job turn'), hashtext(${input.owner}))`)
    if (input.idempotencyKey !== undefined) {
      const earlier = await findByKey(tx, input.owner, input.idempotencyKey)
      if (earlier) return { job: sameRequest(earlier, input), created: false, events: [] }
    }
    const fairTag = nextTurn(input.owner, lane, priority)
    const [row] = await tx
      .insert(job)
      .values({ ...rest, id, lane, priority, fairTag, lastSeq: 1 })
      .returning()
    if (!row) throw new AppError('internal', 'the database stored no job')
    return { job: row, created: true, events: await writeEvents(tx, row, [{ type: 'queued' }]) }
  })
}

/**
 * An owner's next turn is one after its own last live job, but not before the turn that is being served: so owners
 * alternate however many jobs each has waiting, and one who comes later neither waits for the others' backlog nor
 * catches up on turns it never asked for.
 */
function nextTurn(owner: string, lane: string, priority: string): SQL<number> {
  const sameClass = sql`${job.lane} = ${lane} and ${job.priority} = ${priority}`
  return sql<number>`greatest(
    coalesce(
      (select max(${job.fairTag}) from ${job} where ${sameClass} and ${job.state} = 'running'),
      (select min(${job.fairTag}) from ${job} where ${sameClass} and ${job.state} = 'queued'),
      1),
    coalesce(
      (select max(${job.fairTag}) + 1 from ${job}
        where ${sameClass} and ${job.owner} = ${owner} and ${job.state} in ('queued', 'running')),
      1))`
}

async function findByKey(tx: Transaction, owner: string, key: string): Promise<JobRow | undefined> {
  const [row] = await tx
    .select()
    .from(job)
    .where(and(eq(job.owner, owner), eq(job.idempotencyKey, key)))
  return row
}

function sameRequest(earlier: JobRow, input: NewJob): JobRow {
  if (earlier.requestHash === (input.requestHash ?? null)) return earlier
  throw new AppError('conflict', 'this Idempotency-Key was used for another request', {
    hint: `Take a new key, or read the earlier job ${earlier.id}.`,
  })
}
