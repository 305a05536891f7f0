import { type JobEvent, jobStates } from '@hearth/contract'
import { events, jobs, type Store } from '@hearth/store'
import type { Hub } from './hub.ts'

export interface WatchOptions {
  hub: Hub
  store: Store
  owner: string
  /** Receives each durable event of a watched job once, in order, and passing ones between them. */
  send(event: JobEvent): void
  onFault(error: unknown): void
}

/**
 * One reader of events, however it is connected. It listens first and reads what was before from the store second, so
 * nothing falls between; what it heard meanwhile is held back until then, so nothing comes twice.
 */
export interface Watch {
  /** Follows a job from behind event `after` on. Resolves when everything known has been sent. */
  job(id: string, after: number): Promise<void>
  /** Follows all jobs of the owner from now on; those that have ended are forgotten. */
  owner(): void
  /** What another watch needs to go on where this one stands. */
  state(): { everything: boolean; seen: Record<string, number> }
  close(): void
}

interface Followed {
  last: number
  /** Heard while the store is read; undefined while it is not. */
  held: JobEvent[] | undefined
}

const passing = (event: JobEvent) => event.type === 'preview' || event.type === 'progress'
const final = (event: JobEvent) => event.type === 'succeeded' || event.type === 'failed' || event.type === 'cancelled'
/** Newest jobs looked at after a time in which events may have been missed. */
const recent = 50
/** Milliseconds after which a failed look at the store is repeated. */
const patience = 1000

export function createWatch({ hub, store, owner, send, onFault }: WatchOptions): Watch {
  const followed = new Map<string, Followed>()
  let everything = false
  let closed = false
  let heard = new Date()
  let timer: NodeJS.Timeout | undefined

  function deliver(id: string, job: Followed, event: JobEvent): void {
    if (event.type === 'preview' ? event.seq > job.last : event.seq > job.last + 1) {
      // One was missed: the store has it. What is passing is past by then.
      replay(id, job).catch(again)
      return
    }
    if (event.seq === job.last + 1) {
      job.last = event.seq
      send(event)
    } else if (event.seq === job.last && passing(event)) send(event)
    if (final(event) && everything) followed.delete(id)
  }

  async function replay(id: string, job: Followed): Promise<void> {
    if (job.held) return
    job.held = []
    try {
      for (const event of await events.list(store, { job: id, owner, after: job.last })) {
        if (closed) return
        job.last = event.seq
        send(event)
      }
    } finally {
      const held = job.held
      job.held = undefined
      for (const event of closed ? [] : held) deliver(id, job, event)
    }
  }

  /** The store was away when it was needed: what was missed is still there to be read. */
  function again(error: unknown): void {
    onFault(error)
    clearTimeout(timer)
    if (!closed) timer = setTimeout(() => void catchUp().catch(again), patience).unref()
  }

  async function catchUp(): Promise<void> {
    if (everything) {
      for (const id of await currentJobs(store, owner, heard)) {
        if (!followed.has(id)) followed.set(id, { last: 0, held: undefined })
      }
    }
    await Promise.all([...followed].map(([id, job]) => replay(id, job)))
  }

  const stop = hub.listen(owner, {
    hear(event) {
      heard = new Date()
      let job = followed.get(event.job)
      if (!job) {
        if (!everything) return
        job = { last: passing(event) ? event.seq : event.seq - 1, held: undefined }
        followed.set(event.job, job)
      }
      if (job.held) job.held.push(event)
      else deliver(event.job, job, event)
    },
    gap: () => void catchUp().catch(again),
  })

  return {
    async job(id, after) {
      const known = followed.get(id)
      const job = known ?? { last: after, held: undefined }
      job.last = Math.min(job.last, after)
      followed.set(id, job)
      await replay(id, job)
    },
    owner() {
      everything = true
    },
    state: () => ({
      everything,
      seen: Object.fromEntries([...followed].map(([id, { last }]) => [id, last])),
    }),
    close() {
      closed = true
      clearTimeout(timer)
      stop()
    },
  }
}

/** Ids of the owner's jobs that are waiting or running, or were made since. */
async function currentJobs(store: Store, owner: string, since: Date): Promise<string[]> {
  const live = jobStates.filter(state => state === 'queued' || state === 'running')
  const [made, unfinished] = await Promise.all([
    jobs.list(store, { owner, after: since, limit: recent }),
    jobs.list(store, { owner, states: live, limit: recent }),
  ])
  return [...made.jobs, ...unfinished.jobs].map(({ id }) => id)
}
