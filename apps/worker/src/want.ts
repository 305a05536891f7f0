import type { Checkpoint, Family } from '@hearth/contract'

/** What a job needs before it may be claimed. */
export interface Want {
  checkpoint: Checkpoint
  family: Family
  input: unknown
  /** Turn among those that wait, compared number by number; smaller goes first. */
  order: readonly number[]
  signal: AbortSignal
}

/** Below 0 where `a` goes first. */
export function compareTurns({ order: a }: Want, { order: b }: Want): number {
  const index = a.findIndex((value, position) => value !== b[position])
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0)
}

/** Whether the weights on disk are no longer those that were loaded. */
export function isOther(loaded: Checkpoint, wanted: Checkpoint): boolean {
  const known = ![loaded.digest, wanted.digest].includes('unverified')
  return loaded.dir !== wanted.dir || loaded.bytes !== wanted.bytes || (known && loaded.digest !== wanted.digest)
}
