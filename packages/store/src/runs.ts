import { and, desc, eq, isNotNull } from './drizzle.ts'
import { query, type Store } from './open.ts'
import { runStat } from './schema.ts'

/** How many past runs an estimate looks at. */
const window = 20

export interface Run {
  host: string
  device: string
  model: string
  task: string
  /** Amount of work as the family counts it; more than 0. */
  work: number
  /** Of the run alone. */
  seconds: number
  /** Of loading the model; absent when it was already in memory. */
  loadSeconds?: number
}

/** Remembers how long a run took. */
export async function record(store: Store, run: Run): Promise<void> {
  await query(store, db => db.insert(runStat).values(run))
}

/** Seconds that this much work is likely to take, loading apart; null before the first run. */
export async function estimate(
  store: Store,
  input: { model: string; device: string; task: string; work: number; host?: string },
): Promise<number | null> {
  const rows = await query(store, db =>
    db
      .select({ work: runStat.work, seconds: runStat.seconds })
      .from(runStat)
      .where(
        and(
          eq(runStat.model, input.model),
          eq(runStat.device, input.device),
          eq(runStat.task, input.task),
          input.host === undefined ? undefined : eq(runStat.host, input.host),
        ),
      )
      .orderBy(desc(runStat.id))
      .limit(window),
  )
  const pace = median(rows.filter(row => row.work > 0).map(row => row.seconds / row.work))
  return pace === null ? null : pace * input.work
}

/** Seconds that loading the model is likely to take; null before the first time. */
export async function estimateLoad(
  store: Store,
  input: { model: string; device: string; host?: string },
): Promise<number | null> {
  const rows = await query(store, db =>
    db
      .select({ seconds: runStat.loadSeconds })
      .from(runStat)
      .where(
        and(
          eq(runStat.model, input.model),
          eq(runStat.device, input.device),
          isNotNull(runStat.loadSeconds),
          input.host === undefined ? undefined : eq(runStat.host, input.host),
        ),
      )
      .orderBy(desc(runStat.id))
      .limit(window),
  )
  return median(rows.flatMap(row => (row.seconds === null ? [] : [row.seconds])))
}

function median(values: number[]): number | null {
  if (values.length === 0) return null
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
