import { and, eq, gt, isNull, lt, or, sql } from './drizzle.ts'
import { hashSecret, randomSecret } from './ids.ts'
import { query, type Store, transact } from './open.ts'
import { apiKey, type Scope, session, signIn } from './schema.ts'

export interface Session {
  owner: string
  /** Id of the key that was used to sign in; null after a sign-in link. */
  key: string | null
  scopes: Scope[]
  expiresAt: Date
}

/** Opens a session. The token goes into the cookie; only its hash is kept. */
export async function create(
  store: Store,
  input: { owner: string; scopes: Scope[]; key?: string; ttlSeconds: number },
): Promise<{ token: string; session: Session }> {
  const token = randomSecret()
  const expiresAt = new Date(Date.now() + input.ttlSeconds * 1000)
  const row = { owner: input.owner, key: input.key ?? null, scopes: input.scopes, expiresAt }
  await query(store, db => db.insert(session).values({ ...row, hash: hashSecret(token) }))
  return { token, session: row }
}

/** The session behind a token; undefined if it is unknown, expired, or its key was revoked. */
export async function get(store: Store, token: string): Promise<Session | undefined> {
  const [row] = await query(store, db =>
    db
      .select({ owner: session.owner, key: session.key, scopes: session.scopes, expiresAt: session.expiresAt })
      .from(session)
      .leftJoin(apiKey, eq(apiKey.id, session.key))
      .where(
        and(
          eq(session.hash, hashSecret(token)),
          gt(session.expiresAt, sql`now()`),
          or(isNull(session.key), isNull(apiKey.revokedAt)),
        ),
      ),
  )
  return row
}

/** Signs out. */
export async function remove(store: Store, token: string): Promise<void> {
  await query(store, db => db.delete(session).where(eq(session.hash, hashSecret(token))))
}

/** Forgets sessions and sign-in links that are over. */
export async function removeExpired(store: Store): Promise<void> {
  await transact(store, async tx => {
    await tx.delete(session).where(lt(session.expiresAt, sql`now()`))
    await tx.delete(signIn).where(lt(signIn.expiresAt, sql`now()`))
  })
}

/** Makes the token of a sign-in link, good for one use. */
export async function createSignIn(
  store: Store,
  input: { owner: string; ttlSeconds: number },
): Promise<{ token: string; expiresAt: Date }> {
  const token = randomSecret()
  const expiresAt = new Date(Date.now() + input.ttlSeconds * 1000)
  await query(store, db => db.insert(signIn).values({ hash: hashSecret(token), owner: input.owner, expiresAt }))
  return { token, expiresAt }
}

/** Uses up a sign-in token and names its owner; undefined if it is unknown, expired or used. */
export async function redeemSignIn(store: Store, token: string): Promise<{ owner: string } | undefined> {
  const [row] = await query(store, db =>
    db
      .update(signIn)
      .set({ usedAt: sql`now()` })
      .where(and(eq(signIn.hash, hashSecret(token)), isNull(signIn.usedAt), gt(signIn.expiresAt, sql`now()`)))
      .returning({ owner: signIn.owner }),
  )
  return row
}
