import { useSyncExternalStore } from 'react'

const latest = new Map<string, string>()
const listeners = new Set<() => void>()

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const kept = 12

/** Keeps the newest picture of a running job, as something an img can show. The oldest job's gives way. */
export function keepPreview(job: string, source: string): void {
  latest.delete(job)
  latest.set(job, source)
  for (const oldest of [...latest.keys()].slice(0, -kept)) latest.delete(oldest)
  for (const listener of listeners) listener()
}

/** Forgets what only a running job needs. */
export function dropPreview(job: string): void {
  if (!latest.delete(job)) return
  for (const listener of listeners) listener()
}

/**
 * Latest preview of a job. Before the first live one, the server's (`fallback`): after a reload the picture is back
 * at once.
 */
export function usePreview(job: string, fallback: boolean): string | null {
  const live = useSyncExternalStore(
    subscribe,
    () => latest.get(job) ?? null,
    () => null,
  )
  return live ?? (fallback ? `/api/v1/jobs/${job}/preview` : null)
}
