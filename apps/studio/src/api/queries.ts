import { AppError, type JobEvent, type JobView, type ModelView } from '@hearth/contract'
import { type QueryClient, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { isActive, newer } from '../live/apply-event.ts'
import { mergeEvents } from '../live/connection.ts'
import { cached } from './cached.ts'
import { request } from './client.ts'
import type { JobPage, KeyView, SessionView, SystemView, TaskFit, TaskSummary, TaskView } from './types.ts'

export function useSession(enabled = true) {
  return useQuery({
    enabled,
    queryKey: cached.session,
    queryFn: ({ signal }) => request<SessionView>('/session', { signal }),
    // While the server is away the page finds out by itself when it is back.
    refetchInterval: query => (query.state.error instanceof AppError && query.state.error.retryable ? 3000 : false),
    staleTime: 60_000,
  })
}

export function useTasks() {
  return useQuery({
    queryKey: cached.tasks,
    queryFn: async ({ signal }) => (await request<{ tasks: TaskSummary[] }>('/tasks', { signal })).tasks,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export function useTask(id: string) {
  return useQuery({
    queryKey: cached.task(id),
    queryFn: ({ signal }) => request<TaskView>(`/tasks/${id}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export function useModels() {
  return useQuery({
    queryKey: cached.models,
    queryFn: async ({ signal }) => (await request<{ models: ModelView[] }>('/models', { signal })).models,
    staleTime: 15_000,
  })
}

export function useSystem() {
  return useQuery({
    queryKey: cached.system,
    queryFn: ({ signal }) => request<SystemView>('/system', { signal }),
    refetchInterval: 5000,
  })
}

export function useKeys() {
  return useQuery({
    queryKey: cached.keys,
    queryFn: async ({ signal }) => (await request<{ keys: KeyView[] }>('/keys', { signal })).keys,
  })
}

export interface JobFilter {
  /** Comma-separated states. */
  state?: string
  task?: string
  text?: string
  limit?: number
}

/** Keeps each job under its own name too, where events reach it. */
function remember(client: QueryClient, page: JobPage): JobPage {
  for (const job of page.jobs) client.setQueryData<JobView>(cached.job(job.id), before => newer(before, job))
  return page
}

export function useJobs(filter: JobFilter) {
  const client = useQueryClient()
  return useInfiniteQuery({
    queryKey: cached.jobList(filter),
    queryFn: async ({ signal, pageParam }) =>
      remember(client, await request<JobPage>('/jobs', { query: { ...filter, cursor: pageParam }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: page => page.next_cursor ?? undefined,
    placeholderData: before => before,
  })
}

/** One job as it is now; `known` is shown until the answer is there. */
export function useJob(id: string, known?: JobView) {
  const client = useQueryClient()
  return useQuery({
    queryKey: cached.job(id),
    queryFn: async ({ signal }) => {
      const job = await request<JobView>(`/jobs/${id}`, { signal })
      return newer(client.getQueryData<JobView>(cached.job(id)), job)
    },
    ...(known ? { initialData: known } : {}),
    staleTime: query => (query.state.data && !isActive(query.state.data) ? Number.POSITIVE_INFINITY : 10_000),
  })
}

/** Everything that ever happened to a job. */
export function useEvents(id: string, enabled = true) {
  const client = useQueryClient()
  return useQuery({
    enabled,
    queryKey: cached.events(id),
    queryFn: async ({ signal }) => {
      const events = await readEvents(id, signal)
      return mergeEvents(client.getQueryData<JobEvent[]>(cached.events(id)) ?? [], events)
    },
  })
}

async function readEvents(id: string, signal: AbortSignal): Promise<JobEvent[]> {
  const answer = await request<{ events: JobEvent[] }>(`/jobs/${id}/events`, { signal, query: { format: 'json' } })
  return answer.events
}

export function useFit(task: string, body: { input: object; model?: string }, ready: boolean) {
  return useQuery({
    queryKey: cached.fit(task, body),
    queryFn: ({ signal }) => request<TaskFit>(`/tasks/${task}/fit`, { method: 'POST', body, signal }),
    enabled: ready,
    retry: false,
    placeholderData: before => before,
    staleTime: 5000,
  })
}
