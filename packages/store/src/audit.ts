import { desc, eq } from './drizzle.ts'
import { type JsonObject, storable } from './json.ts'
import { query, type Store } from './open.ts'
import { audit } from './schema.ts'

export type AuditRow = typeof audit.$inferSelect

/** Notes who did something that matters to security: signing in, making and revoking keys, deleting, settings. */
export async function record(
  store: Store,
  input: { owner?: string; key?: string; action: string; detail?: JsonObject },
): Promise<void> {
  await query(store, db => db.insert(audit).values(storable(input)))
}

/** The latest first. */
export async function list(store: Store, { owner, limit }: { owner?: string; limit: number }): Promise<AuditRow[]> {
  return query(store, db =>
    db
      .select()
      .from(audit)
      .where(owner === undefined ? undefined : eq(audit.owner, owner))
      .orderBy(desc(audit.id))
      .limit(limit),
  )
}
