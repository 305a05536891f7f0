import { hostname } from 'node:os'
import { AppError } from '@hearth/contract'
import { type JobRow, jobs, workers } from '@hearth/store'
import type { JobQueue } from './queue.ts'

export interface Reconciled {
  /** Running jobs taken back from workers that are gone. */
  requeued: number
  /** Waiting jobs that had no message. */
  added: number
  /** Waiting jobs whose message was stuck with a worker that is gone. */
  reissued: number
}

export interface ReconcileOptions {
  /** Seconds without a word after which a worker counts as gone. */
  aliveMaxAge: number
  /** Given by a worker at its start: what earlier processes of its host held is taken back at once. */
  worker?: { id: string; host: string }
}

/**
 * Repairs the difference between rows and messages, and takes back what dead workers held. Any number of processes may
 * do it at the same time: every step is fenced by the row or by the message's id.
 */
export async function reconcile(queue: JobQueue, { aliveMaxAge, worker }: ReconcileOptions): Promise<Reconciled> {
  const dead = worker ? await deadPredecessors(queue, worker) : []
  const orphans = await jobs.orphans(queue.store, { aliveMaxAge, dead })
  let requeued = 0
  for (const row of orphans) {
    const change = await jobs.requeue(queue.store, {
      id: row.id,
      attempt: row.attempt,
      reason: 'the worker was lost',
      workerLost: true,
    })
    if (!change) continue
    requeued += 1
    for (const event of change.events) queue.bus.publish(event)
  }
  await workers.removeSilent(queue.store, Math.max(aliveMaxAge, 3600))
  return { requeued, ...(await repairMessages(queue, { dead })) }
}

/** The half of `reconcile` that asks nothing of workers: every waiting job gets a message that somebody will take. */
export async function repairMessages(
  queue: JobQueue,
  { dead = [] }: { dead?: string[] },
): Promise<{ added: number; reissued: number }> {
  const waiting = await jobs.queued(queue.store)
  const places = await queue.messages.locate(waiting)
  const missing: JobRow[] = []
  let reissued = 0
  for (const [index, row] of waiting.entries()) {
    const place = places[index]
    if (place?.state === 'missing') missing.push(row)
    if (place?.state !== 'held' || (place.holder !== null && !dead.includes(place.holder))) continue
    const next = await jobs.reissue(queue.store, row)
    if (!next) continue
    reissued += 1
    missing.push(next)
  }
  await queue.messages.add(missing)
  return { added: missing.length - reissued, reissued }
}

export interface ReconcilerOptions extends ReconcileOptions {
  /** Seconds between two rounds. */
  every: number
  signal: AbortSignal
}

/** Reconciles now and every so often until the signal; a round that fails is reported and made up for by the next. */
export function keepReconciled(queue: JobQueue, { every, signal, ...options }: ReconcilerOptions): void {
  const round = () =>
    reconcile(queue, options).then(
      () => true,
      error => {
        const passing = error instanceof AppError && error.code === 'unavailable'
        if (!passing) queue.onFault({ doing: 'reconcile jobs with the queue', error })
        return false
      },
    )
  const loop = async () => {
    while (!signal.aborted) {
      const done = await round()
      // After a failed round the servers are probably on their way back.
      await pause(done ? every * 1000 : 1000, signal)
    }
  }
  void loop()
}

/** Waits, or less if the signal says so. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, milliseconds)
  signal.addEventListener('abort', () => resolve(), { once: true })
  return promise.finally(() => {
    clearTimeout(timer)
  })
}

/** Ids of earlier workers of this host whose process is gone. */
async function deadPredecessors(queue: JobQueue, { id, host }: { id: string; host: string }): Promise<string[]> {
  const earlier = await workers.predecessors(queue.store, { host, id })
  return earlier.filter(({ pid }) => host !== hostname() || pid === process.pid || !isAlive(pid)).map(view => view.id)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process with that number is no proof that ours is gone; its heartbeat will tell.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
