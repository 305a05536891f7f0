import { setTimeout as delay } from 'node:timers/promises'
import { AppError, toAppError } from '@hearth/contract'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { findTask } from '../intake/accept-job.ts'
import { runOrder } from '../intake/run-order.ts'
import type { LiveAnswer } from '../live-lane/live-lane.ts'

/** Seconds for which a client waits in silence: below the shortest limit of common proxies, which is 60. */
const longest = 45

/**
 * Runs a task at once for a client that knows nothing of early refusals.
 * @throws AppError as `runOrder`.
 */
export function runPatiently(
  deps: ApiDeps,
  caller: Caller,
  order: { task: string; input: Record<string, unknown>; model?: string | undefined },
  signal: AbortSignal,
): Promise<LiveAnswer> {
  const task = findTask(deps, order.task)
  return patiently(signal, () => runOrder(deps, caller, { task, input: order.input, model: order.model }, signal))
}

/** Requests that may wait in this process at the same time; more are refused while they can still go elsewhere. */
export const mostWaiting = 64
let waiting = 0

/**
 * A model or device that is in use, a model that is on its way here and a worker that is about to be there are asked for
 * again, and again, until there is a turn or the client leaves.
 * @throws AppError `device-busy` at once where too many wait already, or whatever the work ends with.
 */
export async function patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const late = performance.now() + longest * 1000
  for (;;) {
    try {
      return await work()
    } catch (thrown) {
      const { code, retryAfter } = toAppError(thrown)
      const isPassing = code === 'device-busy' || (code === 'unavailable' && retryAfter !== undefined)
      const pause = Math.min(retryAfter ?? 1, 5) * 1000
      if (!isPassing || performance.now() + pause > late) throw thrown
      await wait(pause, signal, thrown)
    }
  }
}

async function wait(pause: number, signal: AbortSignal, cause: unknown): Promise<void> {
  if (waiting >= mostWaiting) {
    throw new AppError('device-busy', `${waiting} requests are waiting for a turn already`, {
      hint: 'Send fewer at a time, or try again in a moment.',
      retryAfter: 5,
      cause,
    })
  }
  waiting += 1
  try {
    await delay(pause, undefined, { signal })
  } finally {
    waiting -= 1
  }
}
