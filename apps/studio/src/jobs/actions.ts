import { type JobView, toAppError } from '@hearth/contract'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'
import { notify } from '../frame/notices.tsx'

/** Runs an action of a button; a refusal is said at the foot of the page. */
async function act<T>(client: QueryClient, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (thrown) {
    const report = toAppError(thrown).report()
    notify([report.message, report.hint].filter(Boolean).join(' '), { seconds: 8 })
    return undefined
  } finally {
    void client.invalidateQueries({ queryKey: cached.jobs })
  }
}

export function useJobActions() {
  const client = useQueryClient()
  return {
    async cancel(id: string): Promise<void> {
      await act(client, () => request(`/jobs/${id}/cancel`, { method: 'POST' }))
      void client.invalidateQueries({ queryKey: cached.job(id) })
    },
    /** A new job with the same input; resolves to it, or to nothing when it was refused. */
    retry: (id: string) => act(client, () => request<JobView>(`/jobs/${id}/retry`, { method: 'POST' })),
  }
}
