import { AppError, type JobEvent, type JobEventBody, type Progress } from '@hearth/contract'
import { and, eq, isNull, type SQL, sql } from 'drizzle-orm'
import { storable } from '../json.ts'
import { query, type Store, transact } from '../open.ts'
import { type JobRow, job, jobEvent, jobPreview } from '../schema.ts'
import type { Attempt, Change, Result } from './types.ts'
import { toEvent, writeEvents } from './write-events.ts'

/**
 * Takes a queued job for a worker: of any number that try, one gets the row, the rest undefined. A worker that asks
 * again for what it already holds (its first answer was lost with the connection) gets the row and no second event.
 */
export async function claim(
  store: Store,
  { id, attempt, workerId, device }: Attempt & { workerId: string; device: string },
): Promise<Change | undefined> {
  return transact(store, async tx => {
    const [row] = await tx
      .update(job)
      .set({
        state: 'running',
        workerId,
        device,
        startedAt: sql`now()`,
        progress: null,
        lastSeq: sql`${job.lastSeq} + 1`,
      })
      .where(and(eq(job.id, id), eq(job.attempt, attempt), eq(job.state, 'queued')))
      .returning()
    if (row) {
      const events = await writeEvents(tx, row, [{ type: 'started', attempt, model: row.model, device }])
      return { row, events }
    }
    const [mine] = await tx
      .select()
      .from(job)
      .where(and(running({ id, attempt }), eq(job.workerId, workerId)))
    return mine && { row: mine, events: [] }
  })
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
  return transact(store, async tx => {
    const [row] = await tx
      .update(job)
      .set({ lastSeq: sql`${job.lastSeq} + 1` })
      .where(and(running({ id, attempt }), after === undefined ? undefined : eq(job.lastSeq, after)))
      .returning()
    if (row) {
      const [event] = await writeEvents(tx, row, [body])
      if (event) return event
    }
    if (after !== undefined) {
      const [stored] = await tx
        .select({ event: jobEvent, owner: job.owner })
        .from(jobEvent)
        .innerJoin(job, eq(job.id, jobEvent.job))
        .where(and(running({ id, attempt }), eq(jobEvent.job, id), eq(jobEvent.seq, after + 1)))
      if (stored) return toEvent(stored.owner, stored.event)
    }
    throw new AppError('conflict', `attempt ${attempt} of job ${id} is over`)
  })
}

/** What a worker learns whenever it reports. `lost`: the attempt is over, stop working on it. */
export type Standing = 'running' | 'cancel-requested' | 'lost'

/** Keeps the latest progress and preview of a running job; these are no events. */
export async function progress(
  store: Store,
  input: Attempt & { progress?: Progress; preview?: { bytes: Uint8Array; mime: string } },
): Promise<Standing> {
  return transact(store, async tx => {
    const [row] = await tx
      .update(job)
      .set({ progress: input.progress === undefined ? sql`${job.progress}` : storable(input.progress) })
      .where(running(input))
      .returning({ cancelRequestedAt: job.cancelRequestedAt })
    if (!row) return 'lost'
    if (input.preview) {
      const latest = { mime: input.preview.mime, bytes: input.preview.bytes, at: sql`now()` }
      await tx
        .insert(jobPreview)
        .values({ job: input.id, ...latest })
        .onConflictDoUpdate({ target: jobPreview.job, set: latest })
    }
    return row.cancelRequestedAt ? 'cancel-requested' : 'running'
  })
}

/**
 * Ends a running job. Undefined when it may not: the attempt is over, or it succeeded although a cancel was asked for
 * (then finish it as `cancelled`). Asking again after a lost answer gives the events written the first time.
 */
export async function finish(
  store: Store,
  { id, attempt, result }: Attempt & { result: Result },
): Promise<JobEvent[] | undefined> {
  const bodies = finalEvents(result)
  return transact(store, async tx => {
    const [row] = await tx
      .update(job)
      .set({
        ...finalColumns(result),
        state: result.state,
        finishedAt: sql`now()`,
        lastSeq: sql`${job.lastSeq} + ${bodies.length}`,
      })
      .where(and(running({ id, attempt }), result.state === 'succeeded' ? isNull(job.cancelRequestedAt) : undefined))
      .returning()
    if (row) {
      if (result.state === 'succeeded') await tx.delete(jobPreview).where(eq(jobPreview.job, id))
      return writeEvents(tx, row, bodies)
    }
    // Only the holder of an attempt can have ended it as succeeded or failed.
    const earlier = await tx
      .select({ event: jobEvent, owner: job.owner })
      .from(jobEvent)
      .innerJoin(job, eq(job.id, jobEvent.job))
      .where(
        and(
          eq(job.id, id),
          eq(job.attempt, attempt),
          eq(job.state, result.state),
          sql`${jobEvent.seq} > ${job.lastSeq} - ${bodies.length}`,
        ),
      )
      .orderBy(jobEvent.seq)
    return earlier.length === 0 ? undefined : earlier.map(stored => toEvent(stored.owner, stored.event))
  })
}

function finalColumns(result: Result): Partial<Pick<JobRow, 'output' | 'outputs' | 'error'>> {
  if (result.state === 'succeeded') return { output: result.output, outputs: result.outputs, error: null }
  if (result.state === 'failed') return { error: storable(result.error) }
  return {}
}

function finalEvents(result: Result): JobEventBody[] {
  if (result.state === 'succeeded') {
    return [...result.outputs.map(file => ({ type: 'output' as const, file })), { type: 'succeeded' }]
  }
  return result.state === 'failed' ? [{ type: 'failed', error: result.error }] : [{ type: 'cancelled' }]
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
