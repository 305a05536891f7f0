import { hostname } from 'node:os'
import { AppError } from '@hearth/contract'
import { type JobRow, jobs, workers } from '@hearth/store'
import { pause } from './pause.ts'
import type { JobQueue } from './queue.ts'

export interface Reconciled {
  /** Running jobs taken back from workers that are gone. */
  requeued: number
  /** Waiting jobs that had no message, those just requeued included. */
  added: number
  /** Waiting jobs whose message was stuck with a worker that is gone. */
  reissued: number
}

export interface ReconcileOptions {
  /** Seconds without a word after which a worker counts as gone. */
  aliveMaxAge: number
  /** Seconds given to a silent worker to speak up, in case it was us who slept. Default 3. */
  confirmAfter?: number
  /** Cuts the waiting for silent workers short, and leaves them alone. */
  signal?: AbortSignal
  /** Given by a worker at its start: what earlier processes of its host held is taken back at once. */
  worker?: { id: string; host: string }
}

/**
 * Repairs the difference between rows and messages, and takes back what dead workers held. Any number of processes may
 * do it at the same time: every step is fenced by the row or by the message's id.
 */
export async function reconcile(queue: JobQueue, options: ReconcileOptions): Promise<Reconciled> {
  const dead = options.worker ? await deadPredecessors(queue, options.worker) : []
  let requeued = 0
  for (const { id, attempt } of await orphans(queue, options, dead)) {
    const change = await jobs.requeue(queue.store, { id, attempt, reason: 'the worker was lost', workerLost: true })
    if (!change) continue
    requeued += 1
    for (const event of change.events) queue.bus.publish(event)
  }
  await workers.removeSilent(queue.store, Math.max(options.aliveMaxAge, 3600))
  const { added, reissued } = await repairMessages(queue, { dead })
  // The requeued ones are among the added unless somebody else was quicker.
  return { requeued, added, reissued }
}

/** Running jobs of workers that are known to be dead, or that are silent and stay so. */
async function orphans(
  queue: JobQueue,
  { aliveMaxAge, confirmAfter = 3, signal }: ReconcileOptions,
  dead: string[],
): Promise<JobRow[]> {
  const first = await jobs.orphans(queue.store, { aliveMaxAge, dead })
  if (first.every(row => dead.includes(row.workerId ?? ''))) return first
  await pause(confirmAfter * 1000, signal)
  return signal?.aborted ? [] : jobs.orphans(queue.store, { aliveMaxAge, dead })
}

/** The half of `reconcile` that asks nothing of workers: every waiting job gets a message that somebody will take. */
export async function repairMessages(
  queue: JobQueue,
  { dead = [] }: { dead?: string[] },
): Promise<{ added: number; reissued: number }> {
  const waiting = await jobs.queued(queue.store)
  const places = await queue.messages.locate(waiting, dead)
  const missing: jobs.Ticket[] = []
  let reissued = 0
  for (const [index, row] of waiting.entries()) {
    const place = places[index]
    if (place === 'missing') missing.push(row)
    if (place !== 'stuck') continue
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
export async function keepReconciled(queue: JobQueue, { every, ...options }: ReconcilerOptions): Promise<void> {
  const { signal } = options
  while (!signal.aborted) {
    let wait = every * 1000
    try {
      await reconcile(queue, options)
    } catch (error) {
      const passing = error instanceof AppError && error.code === 'unavailable'
      if (!passing) queue.onFault({ doing: 'reconcile jobs with the queue', error })
      // The servers are probably on their way back.
      wait = Math.min(wait, 1000)
    }
    await pause(wait, signal)
  }
}

/**
 * Ids of earlier workers of this host whose process is gone. Where the host goes by another name than the machine,
 * its processes cannot be looked at, and a new worker means that the old one ended.
 */
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
