import { AppError } from '@hearth/contract'
import { cancel } from '@hearth/jobs'
import type { JobRow } from '@hearth/store'
import type { ApiDeps } from '../deps.ts'
import { waitForEnd } from '../live/wait-for-end.ts'

export interface Wait {
  /** Aborted when the client leaves. */
  signal: AbortSignal
  seconds: number
  /** Whether nobody wants the job any more when the client has left. */
  cancelOnLeave: boolean
}

/**
 * The job when it has succeeded.
 * @throws AppError the job's own error; `cancelled`; `unavailable` when the time is up, and then the job goes on.
 */
export async function finishedJob(deps: ApiDeps, job: JobRow, wait: Wait): Promise<JobRow> {
  const row = await waitForEnd(deps, job, wait.seconds, wait.signal)
  if (wait.cancelOnLeave && wait.signal.aborted) await cancel(deps.queue, { id: job.id, owner: job.owner })
  return requireSuccess(row, wait)
}

/** @throws AppError as `finishedJob`. */
export function requireSuccess(row: JobRow, { seconds, signal }: Pick<Wait, 'seconds' | 'signal'>): JobRow {
  if (row.state === 'succeeded') return row
  if (row.state === 'failed' && row.error) throw AppError.from(row.error)
  if (row.state === 'cancelled' || signal.aborted) throw new AppError('cancelled', `job ${row.id} was cancelled`)
  throw new AppError('unavailable', `job ${row.id} is not done after ${seconds} s; it goes on`, {
    hint: `See it in the studio or at /api/v1/jobs/${row.id}.`,
    // The same request again would only be another job behind this one.
    retryable: false,
  })
}
