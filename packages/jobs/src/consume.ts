import { AppError, toAppError } from '@hearth/contract'
import { type JobRow, jobs } from '@hearth/store'
import { Worker } from 'bullmq'
import { connectConsumer, isConnectionError, whenReady } from './connection.ts'
import { cancelReason, createHandle, type HeldJob, type JobHandle, lostReason } from './handle.ts'
import { holderKey, laneQueue, type Message } from './messages.ts'
import { untilAnswered } from './outbox.ts'
import type { JobQueue } from './queue.ts'
import { keepReconciled, pause } from './reconcile.ts'
import { enqueue } from './submit.ts'

export interface ConsumeOptions {
  /** As in the worker's heartbeat. */
  worker: { id: string; host: string }
  /** Jobs held at the same time, those that wait for room on a device included. */
  concurrency: number
  lane?: string
  /** Stops: no new jobs, then the grace, then what still runs goes back to the queue. */
  signal: AbortSignal
  /** Seconds that running jobs get to finish after the signal. */
  drainGrace?: number
  /** Seconds without a heartbeat after which another worker's jobs are taken back. */
  aliveMaxAge?: number
  /** Seconds between two reconciliations. */
  reconcileEvery?: number
  /** Gets the waiting row. Must claim before it works, and finish or requeue what it claimed. */
  handle(row: JobRow, job: JobHandle): Promise<void>
}

/** Seconds in which a handler has to return after its signal was aborted for the stop. */
const abortGrace = 5
const standingsInterval = 2000
const holderTtl = 15

/**
 * Takes jobs until the signal, and resolves when all that were held are finished or back in the queue. Never rejects:
 * it outlives restarts of both servers, and what goes wrong is reported to the queue's `onFault`.
 */
export async function consume(queue: JobQueue, options: ConsumeOptions): Promise<void> {
  const { worker, lane = 'batch', signal, drainGrace = 20, aliveMaxAge = 15, reconcileEvery = 20 } = options
  const held = new Map<string, { job: HeldJob; done: Promise<void> }>()
  const giveUp = new AbortController()
  const ended = new AbortController()

  const forget = queue.bus.subscribeCancel(
    id => void review(queue, heldOf(held, id)),
    () => void review(queue, jobsOf(held)),
  )
  keepReconciled(queue, { aliveMaxAge, worker, every: reconcileEvery, signal })
  void watchStandings(queue, held, ended.signal)

  const process = async (message: Message) => {
    // A lock that ran out brings the message again while its first handler still works on it.
    if (held.has(message.id)) return
    const row = await untilAnswered(() => jobs.get(queue.store, { id: message.id }), signal)
    if (row?.state !== 'queued' || row.attempt !== message.attempt) return
    const job = createHandle({ queue, row, workerId: worker.id, stop: giveUp.signal })
    const done = settle(queue, options, row, job)
    held.set(row.id, { job, done })
    try {
      await done
    } finally {
      held.delete(row.id)
    }
  }

  const loop = runLoop(queue, { ...options, lane }, process, ended.signal)
  await aborted(signal)
  await drain(held, drainGrace, giveUp)
  ended.abort()
  forget()
  await loop
}

/** Runs the handler and makes sure that the job ends some way. */
async function settle(queue: JobQueue, { handle, signal }: ConsumeOptions, row: JobRow, job: HeldJob): Promise<void> {
  let fault: AppError | undefined
  try {
    await handle(row, job)
    if (!job.over) fault = new AppError('internal', 'the worker left the job without a result')
  } catch (error) {
    fault = toAppError(error)
    if (!job.over && !job.signal.aborted) queue.onFault({ doing: `run job ${row.id}`, error })
  }
  if (job.over || !fault) return
  try {
    await resolve(queue, job, fault, signal.aborted)
  } catch (error) {
    // The database is away and this process is told to stop: the next one finds the job by its dead worker.
    queue.onFault({ doing: `settle job ${row.id}`, error })
  }
}

async function resolve(queue: JobQueue, job: HeldJob, fault: AppError, stopping: boolean): Promise<void> {
  const why = job.signal.aborted && job.signal.reason instanceof AppError ? job.signal.reason.code : undefined
  if (why === 'conflict') return
  if (job.claimed) {
    if (why === 'cancelled') await job.finish({ state: 'cancelled' })
    else if (stopping) await job.requeue('the worker stopped')
    else await job.finish({ state: 'failed', error: fault.report() })
  } else if (stopping) {
    const next = await jobs.reissue(queue.store, job)
    if (next) await enqueue(queue, next)
  } else if (why !== 'cancelled' && (await job.claim('none'))) {
    await job.finish({ state: 'failed', error: fault.report() })
  }
}

/** BullMQ's own loop, started again if it ever ends by itself. */
async function runLoop(
  queue: JobQueue,
  { concurrency, lane, signal, worker }: ConsumeOptions & { lane: string },
  process: (message: Message) => Promise<void>,
  ended: AbortSignal,
): Promise<void> {
  const redis = connectConsumer(queue.redisUrl, queue.onFault)
  while (!signal.aborted) {
    await Promise.race([whenReady(redis), aborted(signal)])
    if (signal.aborted) break
    const consumer = new Worker<Message>(laneQueue(lane), job => process(job.data), {
      connection: redis,
      prefix: queue.prefix,
      autorun: false,
      concurrency,
      lockDuration: 30_000,
      stalledInterval: 15_000,
      // The row decides how often a job is tried; the message only has to arrive.
      maxStalledCount: 1000,
      runRetryDelay: 1000,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    })
    consumer.on('error', error => {
      if (!isConnectionError(error)) queue.onFault({ doing: 'take a job from the queue', error })
    })
    const stopped = new AbortController()
    void keepHolder(queue, consumer.id, worker.id, AbortSignal.any([stopped.signal, ended]))
    const running = consumer.run().catch((error: unknown) => queue.onFault({ doing: 'run the queue loop', error }))
    await Promise.race([running, aborted(signal)])
    if (signal.aborted) {
      await consumer.pause(true)
      await aborted(ended)
    }
    await Promise.race([consumer.close(), pause(2000, ended).then(() => consumer.close(true))])
    stopped.abort()
    await pause(signal.aborted ? 0 : 1000, signal)
  }
  redis.disconnect()
}

/** Keeps saying whose the locks are, so that a reconciler can tell a held message from a stuck one. */
async function keepHolder(queue: JobQueue, lockOwner: string, workerId: string, stop: AbortSignal): Promise<void> {
  const key = holderKey(queue.prefix, lockOwner)
  while (!stop.aborted) {
    // While the server is away there are no locks to vouch for either.
    await queue.redis.set(key, workerId, 'EX', holderTtl).catch(() => undefined)
    await pause((holderTtl * 1000) / 3, stop)
  }
}

/** Safety net under the cancel channel: asks the rows of all held jobs, every other second. */
async function watchStandings(queue: JobQueue, held: Map<string, { job: HeldJob }>, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await pause(standingsInterval, stop)
    await review(queue, jobsOf(held))
  }
}

async function review(queue: JobQueue, held: HeldJob[]): Promise<void> {
  if (held.length === 0) return
  try {
    const standings = await jobs.standings(queue.store, held)
    for (const job of held) {
      if (job.over) continue
      const standing = standings.get(job.id)
      if (standing === 'cancel-requested') job.abort(cancelReason())
      if (standing === 'lost') job.abort(lostReason())
    }
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'unavailable'))
      queue.onFault({ doing: 'review held jobs', error })
  }
}

/** Lets running jobs finish for the grace, then makes them stop. */
async function drain(
  held: Map<string, { job: HeldJob; done: Promise<void> }>,
  grace: number,
  giveUp: AbortController,
): Promise<void> {
  const stopping = () => new AppError('unavailable', 'the worker is stopping')
  for (const { job } of held.values()) if (!job.claimed) job.abort(stopping())
  await within(grace, held)
  for (const { job } of held.values()) job.abort(stopping())
  await within(abortGrace, held)
  const stuck = [...held.values()].filter(({ job }) => job.claimed && !job.over)
  await Promise.race([
    Promise.all(stuck.map(({ job }) => job.requeue('the worker stopped').catch(() => undefined))),
    pause(2000, new AbortController().signal),
  ])
  giveUp.abort()
  await within(1, held)
}

async function within(seconds: number, held: Map<string, { done: Promise<void> }>): Promise<void> {
  const enough = new AbortController()
  await Promise.race([
    Promise.all([...held.values()].map(({ done }) => done)).finally(() => enough.abort()),
    pause(seconds * 1000, enough.signal),
  ])
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  return promise
}

function heldOf(held: Map<string, { job: HeldJob }>, id: string): HeldJob[] {
  const found = held.get(id)
  return found ? [found.job] : []
}

function jobsOf(held: Map<string, { job: HeldJob }>): HeldJob[] {
  return [...held.values()].map(({ job }) => job)
}
