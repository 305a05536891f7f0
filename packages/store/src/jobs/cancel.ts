import { AppError, finalStates, type JobEvent } from '@hearth/contract'
import { and, eq, inArray, sql } from '../drizzle.ts'
import { type Store, transact } from '../open.ts'
import { type JobRow, job } from '../schema.ts'
import { writeEvents } from './write-events.ts'

export interface Cancelled {
  outcome: 'cancelled' | 'requested' | 'already-final'
  row: JobRow
  events: JobEvent[]
}

/**
 * Cancels a waiting job at once; of a running one it notes the wish, which its worker sees. Throws `not-found` for an
 * unknown job or another owner's. Without `owner` any job.
 */
export async function requestCancel(store: Store, { id, owner }: { id: string; owner?: string }): Promise<Cancelled> {
  return transact(store, async tx => {
    const mine = and(eq(job.id, id), owner === undefined ? undefined : eq(job.owner, owner))
    const [held] = await tx.select().from(job).where(mine).for('update')
    if (!held) throw new AppError('not-found', `there is no job ${id}`)
    if (finalStates.includes(held.state)) return { outcome: 'already-final', row: held, events: [] }
    if (held.state === 'running') {
      const [row = held] = await tx
        .update(job)
        .set({ cancelRequestedAt: sql`coalesce(${job.cancelRequestedAt}, now())` })
        .where(eq(job.id, id))
        .returning()
      return { outcome: 'requested', row, events: [] }
    }
    const [row = held] = await tx
      .update(job)
      .set({
        state: 'cancelled',
        cancelRequestedAt: sql`now()`,
        finishedAt: sql`now()`,
        lastSeq: sql`${job.lastSeq} + 1`,
      })
      .where(eq(job.id, id))
      .returning()
    return { outcome: 'cancelled', row, events: await writeEvents(tx, row, [{ type: 'cancelled' }]) }
  })
}

/** Deletes a finished job with its events; its files are the caller's. Throws `not-found`, or `conflict` while it is live. */
export async function remove(store: Store, { id, owner }: { id: string; owner?: string }): Promise<JobRow> {
  return transact(store, async tx => {
    const mine = and(eq(job.id, id), owner === undefined ? undefined : eq(job.owner, owner))
    const [row] = await tx
      .delete(job)
      .where(and(mine, inArray(job.state, [...finalStates])))
      .returning()
    if (row) return row
    const [live] = await tx.select({ state: job.state }).from(job).where(mine)
    if (!live) throw new AppError('not-found', `there is no job ${id}`)
    throw new AppError('conflict', `job ${id} is ${live.state}`, { hint: 'Cancel it first.' })
  })
}
