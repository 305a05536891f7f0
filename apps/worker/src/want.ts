import type { Checkpoint, Family } from '@hearth/contract'
import type { TurnLane } from '@hearth/runtime'

/** What a run needs before it may begin. */
export interface Want {
  checkpoint: Checkpoint
  family: Family
  input: unknown
  /** `live` is refused at once where it could only wait for long. */
  lane: TurnLane
  /** Turn among those that wait, compared number by number; smaller goes first. */
  order: readonly number[]
  signal: AbortSignal
}

/** Below 0 where `a` goes first. @param favoured goes before the other lane. */
export function compareTurns(a: Want, b: Want, favoured: TurnLane): number {
  if (a.lane !== b.lane) return a.lane === favoured ? -1 : 1
  const index = a.order.findIndex((value, position) => value !== b.order[position])
  return index < 0 ? 0 : (a.order[index] ?? 0) - (b.order[index] ?? 0)
}

/** Whether the weights on disk are no longer those that were loaded. */
export function isOther(loaded: Checkpoint, wanted: Checkpoint): boolean {
  const known = ![loaded.digest, wanted.digest].includes('unverified')
  return loaded.dir !== wanted.dir || loaded.bytes !== wanted.bytes || (known && loaded.digest !== wanted.digest)
}
