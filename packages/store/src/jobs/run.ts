import { AppError, type JobEvent, type JobEventBody, type Progress } from '@hearth/contract'
import { and, eq, type SQL, sql } from '../drizzle.ts'
import { storable } from '../json.ts'
import { prepared, query, type Store } from '../open.ts'
import { job, jobEvent, jobPreview } from '../schema.ts'
import type { Attempt, Change } from './types.ts'
import { eventsJson, eventsOfTaken, toEvent, toEvents } from './write-events.ts'

const take = prepared(db => {
  const taken = db.$with('taken').as(
    db
      .update(job)
      .set({
        state: 'running',
        workerId: sql`${sql.placeholder('workerId')}`,
        device: sql`${sql.placeholder('device')}`,
        startedAt: sql`now()`,
        progress: null,
        lastSeq: seqPlus(1),
      })
      .where(
        and(eq(job.id, sql.placeholder('id')), eq(job.attempt, sql.placeholder('attempt')), eq(job.state, 'queued')),
      )
      .returning(),
  )
  const events = eventsOfTaken(db, sql.placeholder('events'), sql`jsonb_build_object('model', taken.model)`)
  return db.with(taken, events).select().from(taken).prepare('take_job')
})

/**
 * Takes a queued job for a worker: of any number that try, one gets the row, the rest undefined. A worker that asks
 * again for what it already holds (its first answer was lost with the connection) gets the row and no second event.
 */
export async function claim(
  store: Store,
  { id, attempt, workerId, device }: Attempt & { workerId: string; device: string },
): Promise<Change | undefined> {
  const started = (model: string): JobEventBody[] => [{ type: 'started', attempt, model, device }]
  const values = { id, attempt, workerId, device, events: eventsJson(started('')) }
  const [row] = await query(store, () => take(store).execute(values))
  if (row?.startedAt) return { row, events: toEvents(row, started(row.model), row.startedAt) }
  const [mine] = await query(store, db =>
    db
      .select()
      .from(job)
      .where(and(running({ id, attempt }), eq(job.workerId, workerId))),
  )
  return mine && { row: mine, events: [] }
}

/**
 * Adds a durable event to a running job. `after` is the number of the last event the writer knows of: if the event is
 * already there (the first answer was lost), it is returned, not written twice. Throws `conflict` when the attempt is
 * over.
 */
export async function append(
  store: Store,
  { id, attempt, body, after }: Attempt & { body: JobEventBody; after?: number },
): Promise<JobEvent> {
  const [row] = await query(store, db => {
    const taken = db.$with('taken').as(
      db
        .update(job)
        .set({ lastSeq: seqPlus(1) })
        .where(and(running({ id, attempt }), after === undefined ? undefined : eq(job.lastSeq, after)))
        .returning({
          id: job.id,
          owner: job.owner,
          lastSeq: job.lastSeq,
          at: sql`now()::timestamptz(3)`.mapWith(job.createdAt).as('at'),
        }),
    )
    return db
      .with(taken, eventsOfTaken(db, [body]))
      .select()
      .from(taken)
  })
  const [event] = row ? toEvents(row, [body], row.at) : await written(store, { id, attempt, after })
  if (event) return event
  throw new AppError('conflict', `attempt ${attempt} of job ${id} is over`)
}

/** The event that this attempt wrote after that number, if it did. */
async function written(store: Store, { id, attempt, after }: Attempt & { after?: number | undefined }) {
  if (after === undefined) return []
  const stored = await query(store, db =>
    db
      .select({ event: jobEvent, owner: job.owner })
      .from(jobEvent)
      .innerJoin(job, eq(job.id, jobEvent.job))
      .where(and(running({ id, attempt }), eq(jobEvent.job, id), eq(jobEvent.seq, after + 1))),
  )
  return stored.map(({ event, owner }) => toEvent(owner, event))
}

/** What a worker learns whenever it reports. `lost`: the attempt is over, stop working on it. */
export type Standing = 'running' | 'cancel-requested' | 'lost'

/** Keeps the latest progress and preview of a running job; these are no events. */
export async function progress(
  store: Store,
  input: Attempt & { progress?: Progress; preview?: { bytes: Uint8Array; mime: string } },
): Promise<Standing> {
  const { preview } = input
  const [row] = await query(store, db => {
    const latest = input.progress === undefined ? sql`${job.progress}` : storable(input.progress)
    const taken = db
      .$with('taken')
      .as(
        db
          .update(job)
          .set({ progress: latest })
          .where(running(input))
          .returning({ id: job.id, cancelRequestedAt: job.cancelRequestedAt }),
      )
    const kept = db.$with('kept', {}).as(sql`
      insert into ${jobPreview} (job, mime, bytes, at)
      select taken.id, ${preview?.mime}, ${sql.param(preview?.bytes, jobPreview.bytes)}, now() from taken
      on conflict (job) do update set mime = excluded.mime, bytes = excluded.bytes, at = excluded.at`)
    return preview ? db.with(taken, kept).select().from(taken) : db.with(taken).select().from(taken)
  })
  if (!row) return 'lost'
  return row.cancelRequestedAt ? 'cancel-requested' : 'running'
}

/** Which of these attempts should stop, and why. One query for all that a worker holds. */
export async function standings(store: Store, attempts: Attempt[]): Promise<Map<string, Standing>> {
  const found = new Map<string, Standing>(attempts.map(({ id }) => [id, 'lost']))
  if (attempts.length === 0) return found
  const rows = await query(store, db =>
    db
      .select({ id: job.id, attempt: job.attempt, state: job.state, cancelRequestedAt: job.cancelRequestedAt })
      .from(job)
      .where(sql`${job.id} in ${attempts.map(({ id }) => id)}`),
  )
  for (const row of rows) {
    const held = attempts.some(({ id, attempt }) => id === row.id && attempt === row.attempt)
    if (!held || row.state === 'succeeded' || row.state === 'failed') continue
    found.set(row.id, row.cancelRequestedAt || row.state === 'cancelled' ? 'cancel-requested' : 'running')
  }
  return found
}

/** The fence: this run of the job, and it is still going on. */
export function running({ id, attempt }: Attempt): SQL | undefined {
  return and(eq(job.id, id), eq(job.attempt, attempt), eq(job.state, 'running'))
}

function seqPlus(events: number): SQL<number> {
  return sql<number>`${job.lastSeq} + ${events}::int`
}
