import type { JobEvent } from '@hearth/contract'
import { type JobQueue, subscribe } from '@hearth/jobs'

export interface Listener {
  hear(event: JobEvent): void
  /** Something may have been missed: the store knows. */
  gap(): void
}

/** The events of all jobs as this process hears them, handed to whoever listens for an owner. */
export interface Hub {
  /** Hears everything of one owner until the returned function is called. */
  listen(owner: string, listener: Listener): () => void
  /** Resolves when news are really coming in. */
  ready(): Promise<void>
  close(): void
}

export function createHub(queue: JobQueue): Hub {
  const listeners = new Map<string, Set<Listener>>()
  const tellGap = () => {
    for (const of of listeners.values()) for (const listener of of) listener.gap()
  }
  const stop = subscribe(
    queue,
    event => {
      for (const listener of listeners.get(event.owner) ?? []) listener.hear(event)
    },
    tellGap,
  )
  // Whoever listened before the first news could come in has missed what happened until then.
  void queue.bus.listening().then(tellGap)
  return {
    listen(owner, listener) {
      const all = listeners.get(owner) ?? new Set()
      all.add(listener)
      listeners.set(owner, all)
      return () => {
        all.delete(listener)
        if (all.size === 0 && listeners.get(owner) === all) listeners.delete(owner)
      }
    },
    ready: () => queue.bus.listening(),
    close: stop,
  }
}
