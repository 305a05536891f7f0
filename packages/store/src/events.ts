import type { JobEvent } from '@hearth/contract'
import { and, asc, eq, gt } from './drizzle.ts'
import { toEvent } from './jobs/write-events.ts'
import { query, type Store } from './open.ts'
import { job, jobEvent } from './schema.ts'

/** A job's durable events with a number above `after` (default 0: all), in order. Empty for another owner's job. */
export async function list(
  store: Store,
  input: { job: string; after?: number; owner?: string; limit?: number },
): Promise<JobEvent[]> {
  const found = query(store, db =>
    db
      .select({ event: jobEvent, owner: job.owner })
      .from(jobEvent)
      .innerJoin(job, eq(job.id, jobEvent.job))
      .where(
        and(
          eq(jobEvent.job, input.job),
          gt(jobEvent.seq, input.after ?? 0),
          input.owner === undefined ? undefined : eq(job.owner, input.owner),
        ),
      )
      .orderBy(asc(jobEvent.seq))
      .limit(input.limit ?? 10_000),
  )
  return (await found).map(row => toEvent(row.owner, row.event))
}
