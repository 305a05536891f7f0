import { AppError } from '@hearth/contract'
import { jobs } from '@hearth/store'
import { cancelReason, type HeldJob, lostReason } from './handle.ts'
import { type Message, messageId } from './messages.ts'
import { pause } from './pause.ts'
import type { JobQueue } from './queue.ts'

/** The attempts that a consumer has in hand, each told when to stop. */
export interface Hands {
  holds(message: Message): boolean
  /** Holds an attempt until its handling is done. */
  hold(job: HeldJob, done: Promise<void>): Promise<void>
  jobs(): HeldJob[]
  /** Resolves when nothing is held any more, or after so many seconds. */
  empty(seconds: number): Promise<void>
  close(): Promise<void>
}

/** Milliseconds between two looks at the rows of all that is held: the safety net under the cancel channel. */
const reviewInterval = 2000

export function createHands(queue: JobQueue): Hands {
  const held = new Map<string, { job: HeldJob; done: Promise<void> }>()
  const closed = new AbortController()
  const all = () => [...held.values()].map(({ job }) => job)
  const forget = queue.bus.subscribeCancel(
    id =>
      void review(
        queue,
        all().filter(job => job.id === id),
      ),
    () => void review(queue, all()),
  )
  const watching = watch()

  async function watch(): Promise<void> {
    while (!closed.signal.aborted) {
      await pause(reviewInterval, closed.signal)
      await review(queue, all())
    }
  }

  return {
    holds: message => held.has(messageId(message)),
    async hold(job, done) {
      held.set(messageId(job), { job, done })
      try {
        await done
      } finally {
        held.delete(messageId(job))
      }
    },
    jobs: all,
    async empty(seconds) {
      const enough = new AbortController()
      const done = Promise.all([...held.values()].map(({ done }) => done)).finally(() => enough.abort())
      await Promise.race([done, pause(seconds * 1000, enough.signal)])
    },
    async close() {
      forget()
      closed.abort()
      await watching
    },
  }
}

/** Asks the rows whether these attempts are still wanted. */
async function review(queue: JobQueue, held: HeldJob[]): Promise<void> {
  const open = held.filter(job => !job.over)
  if (open.length === 0) return
  try {
    const standings = await jobs.standings(queue.store, open)
    for (const job of open) {
      const standing = standings.get(job.id)
      if (standing === 'cancel-requested') job.abort(cancelReason())
      if (standing === 'lost' && !job.over) job.abort(lostReason())
    }
  } catch (error) {
    // The next look is soon.
    if (!(error instanceof AppError && error.code === 'unavailable'))
      queue.onFault({ doing: 'review held jobs', error })
  }
}
