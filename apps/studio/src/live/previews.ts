import { useEffect, useSyncExternalStore } from 'react'

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

/** Jobs whose beginning was heard here, or whose earlier preview was asked for: their previews come live. */
const followed = new Set<string>()

/** From now on previews of this job are heard as they are made. */
export function followPreviews(job: string): void {
  followed.add(job)
}

/** After a reload: the picture that the server kept of a running job. It has none before the first preview. */
async function fetchEarlier(job: string): Promise<void> {
  const response = await fetch(`/api/v1/jobs/${job}/preview`)
  if (!response.ok || latest.has(job)) return
  keepPreview(job, URL.createObjectURL(await response.blob()))
}

/** Latest preview of a job; null while there is none. `running`: one may have been made before this page was opened. */
export function usePreview(job: string, running: boolean): string | null {
  const live = useSyncExternalStore(
    subscribe,
    () => latest.get(job) ?? null,
    () => null,
  )
  useEffect(() => {
    if (!running || followed.has(job)) return
    followed.add(job)
    // Nothing to say when it fails: the live ones follow.
    void fetchEarlier(job).catch(() => undefined)
  }, [job, running])
  return live
}
