import { AppError } from '@hearth/contract'
import { and, asc, eq, isNull, sql } from './drizzle.ts'
import { hashSecret, newId, randomSecret } from './ids.ts'
import { query, type Store } from './open.ts'
import { apiKey, type Scope } from './schema.ts'

/** A key as it may be shown: not the hash. */
export type KeyRow = Omit<typeof apiKey.$inferSelect, 'hash'>

const { hash: _hash, ...shown } = {
  id: apiKey.id,
  owner: apiKey.owner,
  name: apiKey.name,
  hash: apiKey.hash,
  prefix: apiKey.prefix,
  scopes: apiKey.scopes,
  rateGenerate: apiKey.rateGenerate,
  rateStatus: apiKey.rateStatus,
  createdAt: apiKey.createdAt,
  lastUsedAt: apiKey.lastUsedAt,
  revokedAt: apiKey.revokedAt,
}

export interface NewKey {
  owner: string
  name: string
  scopes: Scope[]
  /** Requests per minute on generating routes; the setting applies where there is none. */
  rateGenerate?: number
  /** The same on reading routes. */
  rateStatus?: number
  /** A key chosen by the installer instead of a random one. */
  secret?: string
}

/** Makes a key. `secret` is the key itself (`hk_` and 43 letters or digits): shown now, never again. */
export async function create(store: Store, input: NewKey): Promise<{ key: KeyRow; secret: string }> {
  const { secret = `hk_${randomSecret()}`, ...rest } = input
  const [key] = await query(store, db =>
    db
      .insert(apiKey)
      .values({ ...rest, id: newId(), hash: hashSecret(secret), prefix: secret.slice(0, 7) })
      .onConflictDoNothing({ target: apiKey.hash })
      .returning(shown),
  )
  if (!key) throw new AppError('conflict', 'this key is already in use', { hint: 'Choose another one.' })
  return { key, secret }
}

/** Makes sure that a key chosen by the installer works; returns it whether or not it was there before. */
export async function ensure(store: Store, input: NewKey & { secret: string }): Promise<KeyRow> {
  const known = await authenticate(store, input.secret)
  return known ?? (await create(store, input)).key
}

/** The key behind a secret; undefined if it is unknown or revoked. Notes the use, at most once a minute. */
export async function authenticate(store: Store, secret: string): Promise<KeyRow | undefined> {
  const mine = and(eq(apiKey.hash, hashSecret(secret)), isNull(apiKey.revokedAt))
  const [key] = await query(store, db => db.select(shown).from(apiKey).where(mine))
  if (!key) return undefined
  if (key.lastUsedAt && Date.now() - key.lastUsedAt.getTime() < 60_000) return key
  const stale = sql`(${apiKey.lastUsedAt} is null or ${apiKey.lastUsedAt} < now() - interval '1 minute')`
  await query(store, db => db.update(apiKey).set({ lastUsedAt: sql`now()` }).where(and(mine, stale)))
  return key
}

/** An owner's keys (all owners' without one), revoked ones included. */
export async function list(store: Store, { owner }: { owner?: string } = {}): Promise<KeyRow[]> {
  return query(store, db =>
    db
      .select(shown)
      .from(apiKey)
      .where(owner === undefined ? undefined : eq(apiKey.owner, owner))
      .orderBy(asc(apiKey.createdAt), asc(apiKey.id)),
  )
}

/** Ends a key for good. Throws `not-found` for an unknown key or another owner's. */
export async function revoke(store: Store, { id, owner }: { id: string; owner?: string }): Promise<KeyRow> {
  const [key] = await query(store, db =>
    db
      .update(apiKey)
      .set({ revokedAt: sql`coalesce(${apiKey.revokedAt}, now())` })
      .where(and(eq(apiKey.id, id), owner === undefined ? undefined : eq(apiKey.owner, owner)))
      .returning(shown),
  )
  if (!key) throw new AppError('not-found', `there is no key ${id}`)
  return key
}
