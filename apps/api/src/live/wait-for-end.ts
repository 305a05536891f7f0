import { finalStates } from '@hearth/contract'
import { type JobRow, jobs } from '@hearth/store'
import type { ApiDeps } from '../deps.ts'

/**
 * The job when it has ended, or as it is when the time is up or the signal aborts.
 * @param seconds 0 looks once.
 */
export async function waitForEnd(
  { hub, store }: Pick<ApiDeps, 'hub' | 'store'>,
  job: JobRow,
  seconds: number,
  signal: AbortSignal,
): Promise<JobRow> {
  const look = async () => (await jobs.get(store, { id: job.id, owner: job.owner })) ?? job
  if (seconds <= 0) return job
  let wake = Promise.withResolvers<void>()
  const news = () => wake.resolve()
  const stop = hub.listen(job.owner, {
    hear: event => {
      if (event.job === job.id && event.type !== 'progress' && event.type !== 'preview') news()
    },
    gap: news,
  })
  const ended = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(seconds * 1000))])
  ended.addEventListener('abort', news, { once: true })
  try {
    for (;;) {
      const row = await look()
      if (finalStates.includes(row.state) || ended.aborted) return row
      await wake.promise
      wake = Promise.withResolvers()
    }
  } finally {
    ended.removeEventListener('abort', news)
    stop()
  }
}
