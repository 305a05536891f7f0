import { percentile } from '../bench.ts'

/** Runs all, one after the other. */
export function time(calls: readonly (() => string | undefined)[]): { answers: string[]; p50: number; p95: number } {
  const times: number[] = []
  const answers = calls.map(call => {
    const began = performance.now()
    const answer = call()
    times.push(performance.now() - began)
    return answer ?? ''
  })
  return { answers, p50: percentile(times, 0.5), p95: percentile(times, 0.95) }
}

/** Part of the answers that are true. */
export const share = (answers: readonly string[], truth: readonly string[]) =>
  answers.filter((answer, n) => answer === truth[n]).length / truth.length

/** For people. */
export const ms = (value: number) => (value < 10_000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(1)} s`)

/** Milliseconds of one piece of work, at the middle. */
export function timeEach<T>(items: readonly T[], work: (item: T) => void): number {
  const times = items.map(item => {
    const began = performance.now()
    work(item)
    return performance.now() - began
  })
  return percentile(times, 0.5)
}
