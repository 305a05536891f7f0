import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { cached } from '../api/cached.ts'
import { request } from '../api/client.ts'
import { notify } from '../frame/notices.tsx'

/** Seconds in which a deletion can be taken back. Until then nothing has happened on the server. */
const grace = 10

const going = new Map<string, { timer: ReturnType<typeof setTimeout>; send(): void }>()
const listeners = new Set<() => void>()
let snapshot: ReadonlySet<string> = new Set()

function changed(): void {
  snapshot = new Set(going.keys())
  for (const listener of listeners) listener()
}

/** Jobs that look deleted already. */
export function useGoing(): ReadonlySet<string> {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => snapshot,
    () => snapshot,
  )
}

/** Hides a job at once and deletes it when the time for second thoughts is over, or the page closes. */
export function deleteLater(client: QueryClient, job: string, words: { done: string; undo: string }): void {
  if (going.has(job)) return
  const send = () => {
    clearTimeout(going.get(job)?.timer)
    void remove(client, job)
  }
  const takeBack = notify(words.done, {
    seconds: grace,
    action: {
      label: words.undo,
      run() {
        clearTimeout(going.get(job)?.timer)
        going.delete(job)
        changed()
      },
    },
  })
  going.set(job, {
    timer: setTimeout(() => {
      takeBack()
      send()
    }, grace * 1000),
    send,
  })
  changed()
}

async function remove(client: QueryClient, job: string): Promise<void> {
  try {
    await request(`/jobs/${job}`, { method: 'DELETE', keepalive: true })
    client.removeQueries({ queryKey: cached.job(job) })
    await client.invalidateQueries({ queryKey: cached.jobs })
  } catch (thrown) {
    notify(thrown instanceof Error ? thrown.message : String(thrown), { seconds: 8 })
  } finally {
    going.delete(job)
    changed()
  }
}

// Leaving the page is a decision too: what was deleted is deleted.
if (typeof window !== 'undefined') {
  window.addEventListener('pagehide', () => {
    for (const { send } of going.values()) send()
  })
}
