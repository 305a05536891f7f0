import { cancel } from '@hearth/jobs'
import { type JobRow, jobs } from '@hearth/store'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { timestamp } from './drawing-info.ts'

/** Jobs of this caller that came through this dialect and have not ended, the running one first, then the oldest. */
async function liveJobs(deps: ApiDeps, caller: Caller): Promise<JobRow[]> {
  const found = await jobs.list(deps.store, { owner: caller.owner, states: ['queued', 'running'], limit: 200 })
  const own = found.jobs.filter(({ dialect }) => dialect === 'a1111').reverse()
  return [...own.filter(({ state }) => state === 'running'), ...own.filter(({ state }) => state !== 'running')]
}

/** `GET progress`: of the caller's own pictures; A1111 knows of one user alone. */
export async function progressView(deps: ApiDeps, caller: Caller, withPicture: boolean) {
  const live = await liveJobs(deps, caller)
  const [job] = live
  const { done = 0, total = 0 } = job?.progress ?? {}
  const preview = job && withPicture ? await jobs.preview(deps.store, { id: job.id, owner: caller.owner }) : undefined
  return {
    // Above 0 as soon as there is a job: clients take 0 for idle.
    progress: job === undefined ? 0 : Math.min(Math.max(total > 0 ? done / total : 0, 0.01), 0.99),
    eta_relative: job?.progress?.seconds_left ?? 0,
    state: {
      skipped: false,
      interrupted: job?.cancelRequestedAt != null,
      stopping_generation: false,
      job: job === undefined ? '' : `scripts_${job.task === 'text-to-image' ? 'txt2img' : 'img2img'}`,
      job_count: live.length,
      job_timestamp: timestamp(job?.startedAt ?? job?.createdAt ?? new Date()),
      job_no: 0,
      sampling_step: done,
      sampling_steps: total,
    },
    current_image: preview === undefined ? null : Buffer.from(preview.bytes).toString('base64'),
    textinfo: job?.state === 'queued' ? 'Waiting for its turn' : (job?.progress?.message ?? null),
  }
}

/** `POST interrupt` and `skip`: ends the picture that is being drawn or is next, of this caller. */
export async function interrupt(deps: ApiDeps, caller: Caller): Promise<void> {
  const [job] = await liveJobs(deps, caller)
  if (job) await cancel(deps.queue, { id: job.id, owner: caller.owner })
}
