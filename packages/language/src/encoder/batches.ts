import type { RunContext } from '@hearth/contract'
import type { Row } from './row.ts'

/**
 * Tokens that are read together, padding included; a single row may be longer. More at once is slower on a processor,
 * whose caches do not hold it.
 */
export const batchTokens = 2048
const batchRows = 64
/** A row joins a batch if at least this share of the batch's length is its own. */
const fullness = 0.75
/** Short rows may differ by so many tokens whatever share that is. */
const slack = 4

/** Numbers of the rows that are run together: rows of like length, so that little of a batch is padding. */
export function cutBatches(lengths: readonly number[]): number[][] {
  const order = lengths.map((_, index) => index).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b)
  const batches: number[][] = []
  let batch: number[] = []
  let width = 0
  for (const index of order) {
    const length = Math.max(1, lengths[index] ?? 1)
    const fits = batch.length < batchRows && (batch.length + 1) * width <= batchTokens
    if (batch.length > 0 && !(fits && length >= Math.min(fullness * width, width - slack))) {
      batches.push(batch)
      batch = []
    }
    if (batch.length === 0) width = length
    batch.push(index)
  }
  return batch.length === 0 ? batches : [...batches, batch]
}

/** Runs rows in batches and gives what came of each, in their own order. Stops between two batches when aborted. */
export async function runBatches<T>(
  rows: readonly Row[],
  context: Pick<RunContext, 'signal' | 'progress'>,
  run: (rows: readonly Row[]) => Promise<readonly T[]>,
): Promise<T[]> {
  const found = new Map<number, T>()
  for (const batch of cutBatches(rows.map(({ ids }) => ids.length))) {
    context.signal.throwIfAborted()
    const results = await run(batch.flatMap(index => rows[index] ?? []))
    results.forEach((result, at) => {
      const index = batch[at]
      if (index !== undefined) found.set(index, result)
    })
    context.progress(found.size, rows.length)
  }
  return [...found].sort(([a], [b]) => a - b).map(([, result]) => result)
}
