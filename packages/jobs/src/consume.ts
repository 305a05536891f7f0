import { AppError, toAppError } from '@hearth/contract'
import { type JobRow, jobs } from '@hearth/store'
import { createHandle, type HeldJob, type JobHandle } from './handle.ts'
import { createHands, type Hands } from './hands.ts'
import { runLoop } from './loop.ts'
import type { Message } from './messages.ts'
import { untilAnswered } from './outbox.ts'
import { aborted, pause } from './pause.ts'
import type { JobQueue } from './queue.ts'
import { keepReconciled } from './reconcile.ts'
import { enqueue } from './submit.ts'

export interface ConsumeOptions {
  /** As in the worker's heartbeat, which has to be in the store before. */
  worker: { id: string; host: string }
  /** Jobs held at the same time, those that wait for room on a device included. */
  concurrency: number
  lane?: string
  /** Stops: no new jobs, then the grace, then what still runs goes back to the queue. */
  signal: AbortSignal
  /** Seconds that running jobs get to finish after the signal. Default 20. */
  drainGrace?: number
  /** Seconds that a handler gets to return after its own signal was aborted for the stop. Default 5. */
  abortGrace?: number
  /** Seconds without a heartbeat after which another worker's jobs are taken back. Default 15. */
  aliveMaxAge?: number
  /** Seconds between two reconciliations. Default 20. */
  reconcileEvery?: number
  /**
   * Gets the waiting row. Must claim before it works, and finish or requeue what it claimed. What it throws ends the
   * job: as failed, or as the handle's signal says if that was aborted.
   */
  handle(row: JobRow, job: JobHandle): Promise<void>
}

/**
 * Takes jobs until the signal, and resolves when all that were held are finished or back in the queue. Never rejects:
 * it outlives restarts of both servers, and what goes wrong is reported to the queue's `onFault`.
 */
export async function consume(queue: JobQueue, options: ConsumeOptions): Promise<void> {
  const { worker, lane = 'batch', concurrency, signal, aliveMaxAge = 15, reconcileEvery = 20 } = options
  const giveUp = new AbortController()
  const hands = createHands(queue)
  const reconciling = keepReconciled(queue, { aliveMaxAge, worker, every: reconcileEvery, signal })

  const process = async (message: Message) => {
    // A lock that ran out brings the message again while its first handler still works on it.
    if (hands.holds(message)) return
    const row = await untilAnswered(() => jobs.get(queue.store, { id: message.id }), signal)
    if (row?.state !== 'queued' || row.attempt !== message.attempt) return
    const job = createHandle({ queue, row, workerId: worker.id, stop: giveUp.signal })
    await hands.hold(job, settle(queue, options, row, job))
  }

  const ended = new AbortController()
  const loop = runLoop(queue, { worker, lane, concurrency, stop: signal, ended: ended.signal, process })
  await aborted(signal)
  await drain(hands, options, giveUp)
  ended.abort()
  await Promise.all([loop, hands.close(), reconciling])
}

/** Runs the handler and makes sure that the job ends some way. */
async function settle(queue: JobQueue, { handle }: ConsumeOptions, row: JobRow, job: HeldJob): Promise<void> {
  let fault: AppError
  try {
    await handle(row, job)
    fault = new AppError('internal', 'the worker left the job without a result')
  } catch (error) {
    fault = toAppError(error)
    if (!job.over && !job.signal.aborted) queue.onFault({ doing: `run job ${row.id}`, error })
  }
  if (job.over) return
  try {
    await resolve(queue, job, fault)
  } catch (error) {
    // The database is away and this process is told to stop: the next one finds the job by its dead worker.
    queue.onFault({ doing: `settle job ${row.id}`, error })
  }
}

/** Ends what a handler left open, by why it stopped. */
async function resolve(queue: JobQueue, job: HeldJob, fault: AppError): Promise<void> {
  const { aborted, reason } = job.signal
  const why = aborted && reason instanceof AppError ? reason.code : undefined
  // Somebody else has it.
  if (why === 'conflict') return
  if (job.claimed) {
    if (why === 'cancelled') await job.finish({ state: 'cancelled' })
    else if (why === 'unavailable') await job.requeue('the worker stopped')
    else await job.finish({ state: 'failed', error: fault.report() })
  } else if (why === 'unavailable') {
    // Its message goes with this worker's lock; a new one is free at once.
    const next = await jobs.reissue(queue.store, job)
    if (next) await enqueue(queue, next)
  } else if (why === undefined && (await job.claim('none'))) {
    await job.finish({ state: 'failed', error: fault.report() })
  }
}

/** Lets running jobs finish for the grace, then makes them stop. */
async function drain(
  hands: Hands,
  { drainGrace = 20, abortGrace = 5 }: ConsumeOptions,
  giveUp: AbortController,
): Promise<void> {
  const stopping = () => new AppError('unavailable', 'the worker is stopping')
  for (const job of hands.jobs()) if (!job.claimed) job.abort(stopping())
  await hands.empty(drainGrace)
  for (const job of hands.jobs()) job.abort(stopping())
  await hands.empty(abortGrace)
  // Handlers that do not listen: their jobs go on elsewhere, and the fence keeps them from writing.
  const stuck = hands.jobs().filter(job => job.claimed && !job.over)
  const requeued = stuck.map(job => job.requeue('the worker stopped').catch(() => undefined))
  await Promise.race([Promise.all(requeued), pause(2000)])
  giveUp.abort()
  await hands.empty(1)
}
