/** How long a run will still take: from past runs at first, from the run itself as soon as that says more. */
export interface TimeLeft {
  /** Told when past runs are known: seconds for the whole run. */
  expect(seconds: number): void
  /** Seconds; undefined as long as nothing is known. */
  left(done: number, total: number): number | undefined
}

/** Share of the work after which the run itself is the better witness. */
const trusted = 0.1

/** Starts counting now. @param now milliseconds, monotonic. */
export function measureTimeLeft(now: () => number = () => performance.now()): TimeLeft {
  const started = now()
  let expected: number | undefined
  return {
    expect(seconds) {
      expected = seconds
    },
    left(done, total) {
      const elapsed = (now() - started) / 1000
      const share = total > 0 ? done / total : 0
      const past = expected === undefined ? undefined : Math.max(0, expected - elapsed)
      if (share >= 1) return 0
      if (share < trusted && past !== undefined) return past
      return share > 0 ? (elapsed / share) * (1 - share) : past
    },
  }
}
