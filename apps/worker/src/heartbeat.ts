import type { WorkerView } from '@hearth/contract'
import type { Logger } from '@hearth/log'
import { type Store, workers } from '@hearth/store'
import { describeError } from './describe-error.ts'

/** Milliseconds between two beats when nothing changes. */
const interval = 2_000
/** Milliseconds that changes are gathered for. */
const gathering = 100

export interface Heartbeat {
  /** Something in the view is new: it will be told soon. */
  changed(): void
  /** Stops beating and takes the worker off the list. */
  stop(): Promise<void>
}

/**
 * Tells the store that this worker lives and what it has: at once, every two seconds and on change. Resolves after the
 * first beat, without which the worker may take no job.
 */
export async function startHeartbeat(options: { store: Store; log: Logger; view(): WorkerView }): Promise<Heartbeat> {
  const { store, log, view } = options
  let timer: NodeJS.Timeout | undefined
  let due = 0
  let stopped = false
  let away = false
  let beating: Promise<void> = Promise.resolve()

  async function beat(): Promise<void> {
    try {
      await workers.beat(store, view())
      if (away) log.info('the database answers again')
      away = false
    } catch (error) {
      // The next beat is the retry; one line per outage is enough.
      if (!away) log.warn({ reason: describeError(error) }, 'cannot tell the database that this worker lives')
      away = true
    }
  }

  function schedule(wait: number): void {
    if (stopped) return
    clearTimeout(timer)
    due = Date.now() + wait
    timer = setTimeout(() => {
      beating = beat().then(() => schedule(interval))
    }, wait)
  }

  await beat()
  schedule(interval)
  return {
    changed() {
      if (Date.now() + gathering < due) schedule(gathering)
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      await beating
      await workers
        .remove(store, view().id)
        .catch(error => log.warn({ reason: describeError(error) }, 'cannot take this worker off the list'))
    },
  }
}
