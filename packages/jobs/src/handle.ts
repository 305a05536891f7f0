import { AppError, type JobEvent, type JobEventBody, type JobState, type Progress } from '@hearth/contract'
import { type JobRow, jobs } from '@hearth/store'
import { createOutbox, type Outbox } from './outbox.ts'
import type { JobQueue } from './queue.ts'
import { createReporter, type Reporter } from './report.ts'
import { enqueue } from './submit.ts'

export type Result = Parameters<typeof jobs.finish>[1]['result']

/** One attempt at one job, in the hands of a worker. */
export interface JobHandle {
  /**
   * Aborted when to stop working on it. The reason is an AppError: `cancelled` (its owner's wish), `conflict` (the
   * attempt is over, somebody else has it), `unavailable` (this worker is stopping).
   */
  readonly signal: AbortSignal
  /** Takes the job for this worker; false: it is not to be had any more, drop it. Nothing else works before. */
  claim(device: string): Promise<boolean>
  /** Adds a durable event. Kept in order and held while the database is away; never rejects. */
  append(body: JobEventBody): Promise<void>
  /** Reports progress, as often as it likes. */
  progress(progress: Progress): void
  /** Reports a small picture of the state of the work, as often as it likes. */
  preview(bytes: Uint8Array, mime: string): void
  /**
   * Ends the job. False: it did not end that way (cancelled meanwhile, or the attempt is over), throw the outputs away.
   * Rejects with `unavailable` when told to stop before the database answered: leave the outputs where they are.
   */
  finish(result: Result): Promise<boolean>
  /** Puts it back into the queue, or ends it when it crashed engines too often. Returns the state it has now. */
  requeue(
    reason: string,
    options?: { engineCrash?: boolean; error?: ReturnType<AppError['report']> },
  ): Promise<JobState | undefined>
}

/** What the consumer sees of it besides. */
export interface HeldJob extends JobHandle {
  readonly id: string
  readonly attempt: number
  readonly claimed: boolean
  /** Finished, requeued or lost: nothing is left to do. */
  readonly over: boolean
  abort(reason: AppError): void
}

export interface HandleOptions {
  queue: JobQueue
  row: JobRow
  workerId: string
  /** Ends the waiting for an absent database. */
  stop: AbortSignal
}

export const cancelReason = () => new AppError('cancelled', 'the job was cancelled')
export const lostReason = () => new AppError('conflict', 'this attempt at the job is over')

/** The state of the attempt that its writes share. */
interface Held {
  readonly queue: JobQueue
  readonly row: JobRow
  readonly outbox: Outbox
  readonly controller: AbortController
  claimed: boolean
  over: boolean
  /** Number of the last durable event: the next write says that it comes after it. */
  lastSeq: number
}

export function createHandle({ queue, row, workerId, stop }: HandleOptions): HeldJob {
  const { id, attempt } = row
  const held: Held = {
    queue,
    row,
    outbox: createOutbox(stop),
    controller: new AbortController(),
    claimed: false,
    over: false,
    lastSeq: row.lastSeq,
  }
  const reporter = reportFor(held)
  return {
    id,
    attempt,
    signal: held.controller.signal,
    get claimed() {
      return held.claimed
    },
    get over() {
      return held.over
    },
    abort: reason => abort(held, reason),
    claim: device => claim(held, workerId, device),
    append: body => append(held, () => body),
    progress(progress) {
      if (held.claimed) reporter.progress(progress)
    },
    preview(bytes, mime) {
      if (held.claimed) reporter.preview(bytes, mime)
    },
    async finish(result) {
      await reporter.close()
      return finish(held, result)
    },
    async requeue(reason, options = {}) {
      await reporter.close()
      return requeue(held, { id, attempt, reason, ...options })
    },
  }
}

function abort({ controller }: Held, reason: AppError): void {
  if (!controller.signal.aborted) controller.abort(reason)
}

function publish(held: Held, events: JobEvent[]): void {
  for (const event of events) {
    held.lastSeq = Math.max(held.lastSeq, event.seq)
    held.queue.bus.publish(event)
  }
}

async function claim(held: Held, workerId: string, device: string): Promise<boolean> {
  const { id, attempt } = held.row
  if (held.controller.signal.aborted) return false
  const change = await held.outbox.write(() => jobs.claim(held.queue.store, { id, attempt, workerId, device }))
  if (!change) {
    held.over = true
    abort(held, lostReason())
    return false
  }
  held.claimed = true
  held.lastSeq = change.row.lastSeq
  publish(held, change.events)
  return true
}

async function append(held: Held, makeBody: () => JobEventBody): Promise<void> {
  const { id, attempt } = held.row
  try {
    await held.outbox.write(async () => {
      if (held.over) return
      publish(held, [await jobs.append(held.queue.store, { id, attempt, body: makeBody(), after: held.lastSeq })])
    })
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict') abort(held, lostReason())
    else held.queue.onFault({ doing: `keep an event of job ${id}`, error })
  }
}

async function finish(held: Held, result: Result): Promise<boolean> {
  const { queue, outbox, row } = held
  const write = (wanted: Result) => jobs.finish(queue.store, { id: row.id, attempt: row.attempt, result: wanted })
  const events = await outbox.write(() => write(result))
  if (events) {
    held.over = true
    publish(held, events)
    return true
  }
  // Refused: if that was for a cancel, the job still has to end.
  const cancelled = result.state === 'succeeded' && (await outbox.write(() => write({ state: 'cancelled' })))
  held.over = true
  if (cancelled) publish(held, cancelled)
  abort(held, cancelled ? cancelReason() : lostReason())
  return false
}

async function requeue(held: Held, input: Parameters<typeof jobs.requeue>[1]): Promise<JobState | undefined> {
  const change = await held.outbox.write(() => jobs.requeue(held.queue.store, input))
  held.over = true
  if (!change) {
    abort(held, lostReason())
    return undefined
  }
  publish(held, change.events)
  if (change.row.state === 'queued') await enqueue(held.queue, change.row)
  return change.row.state
}

function reportFor(held: Held): Reporter {
  const { queue } = held
  const { id, attempt, owner } = held.row
  return createReporter({
    pass: body => queue.bus.publish({ ...body, job: id, owner, seq: held.lastSeq, at: new Date().toISOString() }),
    milestone: makeBody => append(held, makeBody),
    keep: async latest => {
      const standing = await jobs.progress(queue.store, { id, attempt, ...latest })
      if (standing === 'cancel-requested') abort(held, cancelReason())
      if (standing === 'lost' && !held.over) abort(held, lostReason())
    },
    onFault: error => queue.onFault({ doing: `keep the progress of job ${id}`, error }),
  })
}
