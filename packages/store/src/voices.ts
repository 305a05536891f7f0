import { AppError } from '@hearth/contract'
import { and, asc, count, eq, sql } from './drizzle.ts'
import { query, type Store, transact } from './open.ts'
import { voice } from './schema.ts'

export type VoiceRow = typeof voice.$inferSelect

/**
 * Keeps a voice whose bytes are sealed. Those of one owner are counted one after the other, so that none is too many.
 * @throws AppError `conflict` where the owner has `most` already.
 */
export async function create(
  store: Store,
  input: Omit<typeof voice.$inferInsert, 'createdAt'>,
  { most }: { most: number },
): Promise<VoiceRow> {
  return transact(store, async tx => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('voices'), hashtext(${input.owner}))`)
    const [had] = await tx.select({ number: count() }).from(voice).where(eq(voice.owner, input.owner))
    if ((had?.number ?? 0) >= most) {
      throw new AppError('conflict', `there are ${most} voices already, the most that are kept`, {
        hint: 'Delete one that is not needed any more.',
      })
    }
    const [row] = await tx.insert(voice).values(input).returning()
    if (!row) throw new AppError('internal', 'the database stored no voice')
    return row
  })
}

interface Own {
  id: string
  owner: string
}

/** Undefined if unknown or another owner's. */
export async function get(store: Store, own: Own): Promise<VoiceRow | undefined> {
  const [row] = await query(store, db => db.select().from(voice).where(mine(own)))
  return row
}

/** The oldest first. */
export async function list(store: Store, { owner }: { owner: string }): Promise<VoiceRow[]> {
  return query(store, db =>
    db.select().from(voice).where(eq(voice.owner, owner)).orderBy(asc(voice.createdAt), asc(voice.id)),
  )
}

/** @returns whether there was one. */
export async function remove(store: Store, own: Own): Promise<boolean> {
  const rows = await query(store, db => db.delete(voice).where(mine(own)).returning({ id: voice.id }))
  return rows.length > 0
}

const mine = ({ id, owner }: Own) => and(eq(voice.id, id), eq(voice.owner, owner))
