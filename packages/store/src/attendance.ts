import { and, desc, eq, gte, lt, sql } from './drizzle.ts'
import { query, type Store, transact } from './open.ts'
import { attendance, person } from './schema.ts'

/** With the person's name as it is now; null once the person is not known any more. */
export type AttendanceRow = typeof attendance.$inferSelect & { name: string | null }

const columns = {
  id: attendance.id,
  owner: attendance.owner,
  person: attendance.person,
  kiosk: attendance.kiosk,
  at: attendance.at,
  challenged: attendance.challenged,
  similarity: attendance.similarity,
}

/** Which rows. Moments: from the first, up to but not including the second. */
export interface Period {
  owner: string
  since?: Date | undefined
  until?: Date | undefined
  person?: string | undefined
}

/**
 * Notes that a person was let in, unless that was noted less than so many minutes ago.
 * @returns the new row; undefined where there was an earlier one.
 */
export async function note(
  store: Store,
  input: Omit<typeof attendance.$inferInsert, 'id' | 'at'>,
  minutes: number,
): Promise<typeof attendance.$inferSelect | undefined> {
  return transact(store, async tx => {
    // Two kiosks may see a person at the same moment.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('attendance'), hashtext(${input.owner}))`)
    const recent = sql`${attendance.at} > now() - make_interval(secs => ${minutes * 60})`
    const [known] = await tx
      .select({ id: attendance.id })
      .from(attendance)
      .where(and(eq(attendance.owner, input.owner), eq(attendance.person, input.person), recent))
      .limit(1)
    if (known) return undefined
    const [row] = await tx.insert(attendance).values(input).returning()
    return row
  })
}

/** The latest first; `before` is the id of the last one that was seen. */
export async function list(
  store: Store,
  { limit, before, ...period }: Period & { limit: number; before?: number | undefined },
): Promise<AttendanceRow[]> {
  const earlier = before === undefined ? undefined : lt(attendance.id, before)
  return query(store, db =>
    db
      .select({ ...columns, name: person.name })
      .from(attendance)
      .leftJoin(person, and(eq(person.id, attendance.person), eq(person.owner, attendance.owner)))
      .where(and(within(period), earlier))
      .orderBy(desc(attendance.id))
      .limit(limit),
  )
}

/** Forgets rows, all of an owner without further bounds. @returns how many. */
export async function remove(store: Store, period: Period): Promise<number> {
  const rows = await query(store, db => db.delete(attendance).where(within(period)).returning({ id: attendance.id }))
  return rows.length
}

function within({ owner, since, until, person }: Period) {
  return and(
    eq(attendance.owner, owner),
    person === undefined ? undefined : eq(attendance.person, person),
    since === undefined ? undefined : gte(attendance.at, since),
    until === undefined ? undefined : lt(attendance.at, until),
  )
}
