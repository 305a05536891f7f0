import { eq, gt, lt, sql } from './drizzle.ts'
import { prepared, query, type Store } from './open.ts'
import { apiNode } from './schema.ts'

/** An api process that workers can dial. */
export interface ApiNode {
  /** New for each start of the process. */
  id: string
  host: string
  /** Such as `ws://127.0.0.1:8000`, the likeliest first. */
  addresses: string[]
  /** PEM, where it speaks TLS. */
  certificate: string | null
  token: string
}

/** Says that an api process lives, and where. To be called every few seconds. */
export async function beat(store: Store, node: ApiNode): Promise<void> {
  const { id, ...rest } = node
  const latest = { ...rest, seenAt: sql`now()` }
  await query(store, db =>
    db
      .insert(apiNode)
      .values({ id, ...latest })
      .onConflictDoUpdate({ target: apiNode.id, set: latest }),
  )
}

const heardOf = prepared(db =>
  db
    .select()
    .from(apiNode)
    .where(gt(apiNode.seenAt, sql`now() - make_interval(secs => ${sql.placeholder('seconds')})`))
    .orderBy(apiNode.id)
    .prepare('api_nodes_heard_of'),
)

/** Those heard of within `maxAgeSeconds`. */
export async function alive(store: Store, maxAgeSeconds: number): Promise<ApiNode[]> {
  const rows = await query(store, () => heardOf(store).execute({ seconds: maxAgeSeconds }))
  return rows.map(({ seenAt: _, ...node }) => node)
}

/** Forgets processes not heard of for so long. */
export async function removeSilent(store: Store, seconds: number): Promise<void> {
  await query(store, db => db.delete(apiNode).where(lt(apiNode.seenAt, sql`now() - make_interval(secs => ${seconds})`)))
}

/** Forgets one that ends in order. */
export async function remove(store: Store, id: string): Promise<void> {
  await query(store, db => db.delete(apiNode).where(eq(apiNode.id, id)))
}
