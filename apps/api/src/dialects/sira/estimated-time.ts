import { type JobRow, jobs } from '@hearth/store'
import type { ApiDeps } from '../../deps.ts'

/** How many past requests an estimate looks at. */
const window = 20

/** Seconds until a waiting job is likely to have ended, after what its owner's last ones with that model took; null before the first. */
export async function estimatedTime({ store }: Pick<ApiDeps, 'store'>, job: JobRow): Promise<number | null> {
  const { owner, task, model } = job
  const past = await jobs.list(store, { owner, task, states: ['succeeded'], limit: window })
  const lasted = past.jobs
    .filter(row => row.model === model)
    .flatMap(({ startedAt, finishedAt }) => (startedAt && finishedAt ? [Number(finishedAt) - Number(startedAt)] : []))
    .sort((a, b) => a - b)
  const usual = lasted[Math.floor(lasted.length / 2)]
  if (usual === undefined) return null
  const place = (await jobs.position(store, [job.id])).get(job.id) ?? 1
  return Math.ceil((usual * place) / 1000)
}
