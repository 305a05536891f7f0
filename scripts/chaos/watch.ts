import { setTimeout as delay } from 'node:timers/promises'
import { finalStates, type JobEvent, jobEvent } from '@hearth/contract'
import { readEventStream } from '../../apps/hearth/src/client/event-stream.ts'
import type { Instance } from './instance.ts'
import { authorised } from './load.ts'

export interface Watch {
  isOver(id: string): boolean
  /** What the live streams did that they must not do. */
  complaints: string[]
  /** Resolves when each of these jobs was heard to end. */
  allOver(ids: readonly string[], seconds: number): Promise<void>
  stop(): void
}

/** Follows every job over as many connections as it takes, as a page does that reconnects, and keeps an eye on the numbers. */
export function startWatch(instance: Instance): Watch & { follow(id: string): void } {
  const over = new Set<string>()
  const complaints: string[] = []
  const ending = new AbortController()

  const follow = async (id: string) => {
    let last = 0
    while (!ending.signal.aborted && !over.has(id)) {
      try {
        for await (const event of connection(instance, id, last, ending.signal)) {
          const passing = event.type === 'preview' || event.type === 'progress'
          if (event.seq < last || (event.seq === last && !passing)) {
            complaints.push(`${id}: the stream went back from ${last} to ${event.seq} (${event.type})`)
          }
          if (event.seq > last + 1) complaints.push(`${id}: the stream leapt from ${last} to ${event.seq}`)
          last = Math.max(last, event.seq)
          if (finalStates.some(state => state === event.type)) over.add(id)
        }
      } catch {
        // Cut off; what was missed is asked for again.
      }
      await delay(100)
    }
  }
  return {
    complaints,
    isOver: id => over.has(id),
    follow: id => void follow(id),
    async allOver(ids, seconds) {
      const deadline = Date.now() + seconds * 1000
      while (ids.some(id => !over.has(id))) {
        if (Date.now() > deadline) {
          const left = ids.filter(id => !over.has(id))
          complaints.push(`${left.length} jobs did not end within ${seconds} s: ${left.slice(0, 5).join(', ')}`)
          return
        }
        await delay(100)
      }
    },
    stop: () => ending.abort(),
  }
}

async function* connection(
  instance: Instance,
  id: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<JobEvent> {
  const headers = { ...authorised(instance), accept: 'text/event-stream', 'last-event-id': String(after) }
  const response = await fetch(`${instance.url}/api/v1/jobs/${id}/events`, { headers, signal })
  if (!response.ok || !response.body) {
    await response.body?.cancel()
    return
  }
  for await (const data of readEventStream(response.body)) yield jobEvent.parse(JSON.parse(data))
}
