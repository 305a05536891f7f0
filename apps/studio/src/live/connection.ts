import type { JobEvent, JobView } from '@hearth/contract'
import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { cached } from '../api/cached.ts'
import { applyEvent, isActive } from './apply-event.ts'
import { dropPreview, followPreviews, keepPreview } from './previews.ts'
import { refresh } from './refresh.ts'

export type Link = 'connecting' | 'connected' | 'lost'

let link: Link = 'connecting'
const listeners = new Set<() => void>()

function setLink(next: Link): void {
  if (next === link) return
  link = next
  for (const listener of listeners) listener()
}

/** Whether live news arrive. */
export function useLink(): Link {
  return useSyncExternalStore(
    listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => link,
    () => 'connecting',
  )
}

/** Puts one event into every answer that it changes. */
export function hear(client: QueryClient, event: JobEvent): void {
  if (event.type === 'preview') {
    keepPreview(event.job, `data:${event.mime};base64,${event.data}`)
    return
  }
  if (event.type === 'started') followPreviews(event.job)
  client.setQueryData<JobView>(cached.job(event.job), job => (job ? applyEvent(job, event) : job))
  if (event.type === 'progress') return
  client.setQueryData<JobEvent[]>(cached.events(event.job), events => (events ? mergeEvents(events, [event]) : events))
  if (event.type === 'log' || event.type === 'output' || event.type === 'chunk') return
  refresh(client, cached.jobs)
  const final = event.type === 'succeeded' || event.type === 'failed' || event.type === 'cancelled'
  if (final) {
    // The last preview of a finished job stays until its picture has loaded over it.
    if (event.type !== 'succeeded') dropPreview(event.job)
    refresh(client, cached.models)
    refresh(client, cached.fits)
  }
  if (final || event.type === 'started') {
    refresh(client, cached.job(event.job))
    refresh(client, cached.system)
  }
}

/** Histories joined: each number once, in order. */
export function mergeEvents(before: JobEvent[], news: JobEvent[]): JobEvent[] {
  const bySeq = new Map([...before, ...news].map(event => [event.seq, event]))
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}

function unfinished(client: QueryClient): { id: string; after: number }[] {
  return client
    .getQueriesData<JobView>({ queryKey: ['job'] })
    .flatMap(([, job]) => (job && isActive(job) ? [{ id: job.id, after: job.last_seq }] : []))
}

/** Listens to everything that happens to this owner's jobs until the returned function is called. */
export function connect(client: QueryClient): () => void {
  let close: (() => void) | undefined
  let stopped = false
  void import('socket.io-client').then(({ io }) => {
    if (stopped) return
    const socket = io('/jobs', {
      transports: ['websocket', 'polling'],
      withCredentials: true,
      reconnectionDelayMax: 5000,
    })
    let earlier = false
    socket.on('connect', () => {
      setLink('connected')
      socket.emit('watch', { owner: true })
      if (!earlier) {
        earlier = true
        return
      }
      // Replay what was missed, then ask again for what only the server can know.
      const jobs = unfinished(client)
      if (jobs.length > 0) socket.emit('watch', { jobs })
      void client.invalidateQueries()
    })
    socket.on('disconnect', () => setLink('lost'))
    socket.on('connect_error', () => setLink('lost'))
    socket.on('event', (event: JobEvent) => hear(client, event))
    close = () => socket.close()
  })
  return () => {
    stopped = true
    close?.()
  }
}
