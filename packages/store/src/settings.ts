import { eq, sql } from './drizzle.ts'
import type { JsonValue } from './json.ts'
import { query, type Store } from './open.ts'
import { setting } from './schema.ts'

/** Choices made while running (accepted licences, default models, opened doors), as opposed to the configuration. */
export async function get(store: Store, key: string): Promise<JsonValue | undefined> {
  const [row] = await query(store, db => db.select({ value: setting.value }).from(setting).where(eq(setting.key, key)))
  return row?.value
}

export async function set(store: Store, key: string, value: JsonValue): Promise<void> {
  // Written out, because drizzle takes a plain null for SQL's.
  const latest = { value: sql`${JSON.stringify(value)}::jsonb`, changedAt: sql`now()` }
  await query(store, db =>
    db
      .insert(setting)
      .values({ key, ...latest })
      .onConflictDoUpdate({ target: setting.key, set: latest }),
  )
}

export async function remove(store: Store, key: string): Promise<void> {
  await query(store, db => db.delete(setting).where(eq(setting.key, key)))
}

export async function all(store: Store): Promise<Record<string, JsonValue>> {
  const rows = await query(store, db => db.select().from(setting).orderBy(setting.key))
  return Object.fromEntries(rows.map(row => [row.key, row.value]))
}
