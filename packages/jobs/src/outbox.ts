import { AppError } from '@hearth/contract'
import { pause } from './pause.ts'

/**
 * One job's writes, one after the other. While the database is away the first in line is repeated until it is back, so
 * nothing is lost and nothing overtakes.
 */
export interface Outbox {
  /** Rejects with what the write rejects with, or with `unavailable` when told to stop before it got through. */
  write<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when everything written so far is through or given up. */
  idle(): Promise<void>
}

export function createOutbox(stop: AbortSignal): Outbox {
  let last: Promise<unknown> = Promise.resolve()
  return {
    write(work) {
      const result = last.then(() => untilAnswered(work, stop))
      last = result.catch(ignoreHere)
      return result
    },
    async idle() {
      await last
    },
  }
}

/** Repeats work while the database is away. Throws what the work throws otherwise. */
export async function untilAnswered<T>(work: () => Promise<T>, stop: AbortSignal): Promise<T> {
  for (let wait = 100; ; wait = Math.min(wait * 2, 2000)) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'unavailable') || stop.aborted) throw error
      await pause(wait, stop)
    }
  }
}

/** The writer of that entry is told; the next in line only waits for its turn. */
function ignoreHere(): void {}
