import { AppError } from '@hearth/contract'
import type { LiveLane } from './live-lane.ts'

/** Open streams of this process, by whom they are counted for. */
const counts = new WeakMap<LiveLane, Map<string, number>>()

/**
 * Counts one more stream.
 * @returns counts it out again.
 * @throws AppError `rate-limited` where that would be more than `limit`.
 */
export function countStreams(lane: LiveLane, who: string, limit: number): () => void {
  const open = counts.get(lane) ?? new Map<string, number>()
  counts.set(lane, open)
  const count = open.get(who) ?? 0
  if (count >= limit) {
    throw new AppError('rate-limited', `${limit} streams are open with this key, and no more may be`, {
      hint: 'Close one. The limit is a setting: HEARTH_LIVE_STREAMS.',
      retryAfter: 5,
    })
  }
  open.set(who, count + 1)
  return () => {
    const left = (open.get(who) ?? 0) - 1
    if (left > 0) open.set(who, left)
    else open.delete(who)
  }
}
