import type { JobEvent } from '@hearth/contract'
import { AppError } from '@hearth/contract'
import { type JobRow, jobs } from '@hearth/store'
import type { JobQueue } from './queue.ts'

export type NewJob = Parameters<typeof jobs.create>[1]

/**
 * Accepts a job: stored first, then queued. Once stored it is safe; if the queue server is away its message is added
 * when that is back. Throws `unavailable` with `retryAfter` when the database is away, `conflict` for a reused
 * idempotency key.
 */
export async function submit(queue: JobQueue, input: NewJob): Promise<{ job: JobRow; created: boolean }> {
  const { job, created, events } = await jobs.create(queue.store, input)
  if (!created) return { job, created }
  for (const event of events) queue.bus.publish(event)
  await enqueue(queue, job)
  return { job, created }
}

/** Adds the message of a waiting job. While the queue server is away this is left to the repair at its return. */
export async function enqueue(queue: JobQueue, row: JobRow): Promise<void> {
  try {
    await queue.messages.add([row])
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'unavailable')) throw error
    queue.onFault({ doing: `queue job ${row.id} now; it waits for the queue server`, error })
  }
}

/** Cancels a waiting job at once and asks the worker of a running one to stop. Throws `not-found`. */
export async function cancel(
  queue: JobQueue,
  input: { id: string; owner?: string },
): Promise<'cancelled' | 'requested' | 'already-final'> {
  const { outcome, events } = await jobs.requestCancel(queue.store, input)
  for (const event of events) queue.bus.publish(event)
  // Also for a waiting job: a worker may hold it, waiting for room on a device.
  if (outcome !== 'already-final') queue.bus.publishCancel(input.id)
  return outcome
}

/** Queues a new job with a finished one's input; it points at the old one. Throws `not-found`, or `conflict` while it is live. */
export async function retry(queue: JobQueue, { id, owner }: { id: string; owner?: string }): Promise<JobRow> {
  const old = await jobs.get(queue.store, { id, ...(owner === undefined ? {} : { owner }) })
  if (!old) throw new AppError('not-found', `there is no job ${id}`)
  if (old.state === 'queued' || old.state === 'running') {
    throw new AppError('conflict', `job ${id} is ${old.state}`, { hint: 'Only a finished job can be tried again.' })
  }
  const { task, model, family, lane, dialect, priority, share, input, text } = old
  const copy = { task, owner: old.owner, model, family, lane, priority, share, input, text, retryOf: id }
  const { job } = await submit(queue, dialect === null ? copy : { ...copy, dialect })
  return job
}

export function publish(queue: JobQueue, event: JobEvent): void {
  queue.bus.publish(event)
}

/**
 * Hears every event of every job in the order of each job's numbers. `onGap` is called after any time in which events
 * may have been missed: read them from the store then. Returns what ends the subscription.
 */
export function subscribe(queue: JobQueue, listener: (event: JobEvent) => void, onGap?: () => void): () => void {
  return queue.bus.subscribe(listener, onGap)
}
