import { AppError, type ErrorReport } from '@hearth/contract'
import { and, asc, eq, inArray, or, type SQL, sql } from '../drizzle.ts'
import { query, type Store, transact } from '../open.ts'
import { type JobRow, job, worker } from '../schema.ts'
import { running } from './run.ts'
import type { Attempt, Change } from './types.ts'
import { writeEvents } from './write-events.ts'

/** Engine crashes in a row after which a job is given up. */
const maxCrashes = 2
/** Workers lost in a row after which a job is taken to be what kills them. */
const maxLostWorkers = 10

export interface Requeue extends Attempt {
  /** Shown to the owner, such as `the worker stopped`. */
  reason: string
  /** The engine process died under it. */
  engineCrash?: boolean
  /** The whole worker did. */
  workerLost?: boolean
  /** The cause to report if this is once too often. */
  error?: ErrorReport
}

/**
 * Puts a running job back into the queue as its next attempt, with its old turn. It ends instead when a cancel was
 * asked for, or when engine or worker died under it too often in a row. Undefined when the attempt is over already.
 */
export async function requeue(store: Store, input: Requeue): Promise<Change | undefined> {
  return transact(store, async tx => {
    const [held] = await tx.select().from(job).where(running(input)).for('update')
    if (!held) return undefined
    const engineCrashes = input.engineCrash ? held.engineCrashes + 1 : 0
    const lostWorkers = input.workerLost ? held.lostWorkers + 1 : 0
    const next = { engineCrashes, lostWorkers, lastSeq: held.lastSeq + 1 }
    if (held.cancelRequestedAt) {
      const row = await change(tx, held, { ...next, state: 'cancelled', finishedAt: sql`now()` })
      return { row, events: await writeEvents(tx, row, [{ type: 'cancelled' }]) }
    }
    if (engineCrashes >= maxCrashes || lostWorkers >= maxLostWorkers) {
      const error = input.error ?? givenUp(input)
      const row = await change(tx, held, { ...next, state: 'failed', error, finishedAt: sql`now()` })
      return { row, events: await writeEvents(tx, row, [{ type: 'failed', error }]) }
    }
    const row = await change(tx, held, {
      ...next,
      state: 'queued',
      attempt: held.attempt + 1,
      workerId: null,
      device: null,
      startedAt: null,
      progress: null,
    })
    return { row, events: await writeEvents(tx, row, [{ type: 'queued', reason: input.reason }]) }
  })
}

type Values = { [K in keyof JobRow]?: JobRow[K] | SQL }

async function change(
  tx: Parameters<Parameters<Store['db']['transaction']>[0]>[0],
  held: JobRow,
  values: Values,
): Promise<JobRow> {
  const [row] = await tx.update(job).set(values).where(eq(job.id, held.id)).returning()
  if (!row) throw new AppError('internal', `job ${held.id} vanished under its lock`)
  return row
}

function givenUp({ engineCrash, reason }: Requeue): ErrorReport {
  const error = engineCrash
    ? new AppError('engine-crashed', `the engine crashed twice on this job: ${reason}`, {
        hint: 'Try smaller settings, or another model. `hearth doctor` checks the model and the device.',
      })
    : new AppError('internal', `${maxLostWorkers} workers in a row ended while running this job: ${reason}`, {
        hint: 'It may need more memory than the machine has. Try smaller settings.',
      })
  return error.report()
}

/** What a message is made of. */
export type Ticket = Pick<JobRow, 'id' | 'attempt' | 'lane' | 'priority' | 'fairTag' | 'owner'>

/** Every waiting job, in the order of its turn: what the queue should hold. */
export async function queued(store: Store): Promise<Ticket[]> {
  const { id, attempt, lane, priority, fairTag, owner } = job
  return query(store, db =>
    db
      .select({ id, attempt, lane, priority, fairTag, owner })
      .from(job)
      .where(eq(job.state, 'queued'))
      .orderBy(asc(job.fairTag), asc(job.createdAt), asc(job.id)),
  )
}

/**
 * Running jobs whose worker is gone: named in `dead`, or not heard of for `aliveMaxAge` seconds. After a sleep of the
 * machine or of the database all workers look silent for a moment, so silence is to be looked at twice.
 */
export async function orphans(store: Store, input: { aliveMaxAge: number; dead?: string[] }): Promise<JobRow[]> {
  const horizon = sql`now() - make_interval(secs => ${input.aliveMaxAge})`
  const silent = sql`not exists (select 1 from ${worker} where ${worker.id} = ${job.workerId} and ${worker.seenAt} > ${horizon})`
  const settled = sql`${job.startedAt} < ${horizon}`
  const named = input.dead && input.dead.length > 0 ? inArray(job.workerId, input.dead) : undefined
  return query(store, db =>
    db
      .select()
      .from(job)
      .where(and(eq(job.state, 'running'), or(named, and(silent, settled)))),
  )
}

/**
 * Gives a waiting job a new attempt number because its message is stuck with a worker that died before it claimed.
 * Undefined when the attempt is over already.
 */
export async function reissue(store: Store, { id, attempt }: Attempt): Promise<JobRow | undefined> {
  const [row] = await query(store, db =>
    db
      .update(job)
      .set({ attempt: sql`${job.attempt} + 1` })
      .where(and(eq(job.id, id), eq(job.attempt, attempt), eq(job.state, 'queued')))
      .returning(),
  )
  return row
}
