import { setTimeout as delay } from 'node:timers/promises'
import { toAppError } from '@hearth/contract'
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

/**
 * A model or device that is in use, a model that is on its way here and a worker that is about to be there are asked for
 * again, and again, until there is a turn or the client leaves.
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
      await delay(pause, undefined, { signal })
    }
  }
}
