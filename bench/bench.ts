/** One figure. `ratio` is ours against the peer, or against the target where there is no peer; larger is better unless the metric says so. */
export interface Result {
  bench: string
  /** What is measured, with its unit. */
  metric: string
  ours: number
  /** The same work by the named peer in the same run; null where there is none. */
  peer: number | null
  ratio: number | null
  target: number
  ok: boolean
}

/** What a file of this folder exports as `bench`. */
export interface Bench {
  name: string
  /** @param print for conditions and raw figures. */
  run(print: (line: string) => void): Promise<Result[]>
}

/** Value below which a share of the sorted samples lies. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  if (value === undefined) throw new Error('no samples')
  return value
}
