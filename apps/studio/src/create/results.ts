import type { JobView } from '@hearth/contract'
import { useJobs } from '../api/queries.ts'

/** The newest runs of these tasks that made or will make something, newest first. */
export function useResults(tasks: string[]): { jobs: JobView[]; settled: boolean } {
  const [task] = tasks
  const alone = tasks.length === 1 && task !== undefined
  const list = useJobs({ state: 'queued,running,succeeded', limit: 40, ...(alone ? { task } : {}) })
  const jobs = list.data?.pages[0]?.jobs.filter(job => tasks.includes(job.task)) ?? []
  return { jobs, settled: !list.isPending }
}
