import { AppError } from '@hearth/contract'
import { owners, type Scope, sessions } from '@hearth/store'
import type { ApiDeps } from '../deps.ts'
import type { ApiContext } from '../http/env.ts'
import { presentedKey } from './credentials.ts'
import { requireSameOrigin } from './same-origin.ts'
import { readSessionCookie } from './session-cookie.ts'

/** Who sends a request, and what they may. */
export interface Caller {
  owner: string
  /** Of the key, or of the owner. */
  name: string
  /** Null where a browser was signed in by a link. */
  key: { id: string; name: string } | null
  scopes: readonly Scope[]
  via: 'key' | 'session' | 'none'
  /** Requests a minute where the key has its own numbers. */
  rate: { generate?: number; status?: number }
}

export interface Accepted {
  /** Whether the studio's cookie counts too. */
  session: boolean
  /** A query parameter that may carry the key, where clients of a dialect put it there. */
  query?: string
  /** A header that carries the key whatever others say, where clients of a dialect put it there. */
  header?: string
}

/** @throws AppError `unauthenticated`; `forbidden` for a request that another site made a browser send. */
export async function authenticate(deps: ApiDeps, c: ApiContext, accepted: Accepted): Promise<Caller> {
  if (c.env?.admit) return c.env.admit()
  const secret = secretOf(c, accepted)
  if (secret) return callerOfKey(deps, secret)
  const token = accepted.session ? readSessionCookie(deps.config, c) : undefined
  const session = token === undefined ? undefined : await sessions.get(deps.store, token)
  if (!session) throw missing()
  requireSameOrigin(deps.config, c)
  return callerOfSession(deps, session)
}

function secretOf(c: ApiContext, { header, query }: Accepted): string | undefined {
  const own = header === undefined ? undefined : c.req.header(header)?.trim()
  return own || (presentedKey(c) ?? (query === undefined ? undefined : c.req.query(query)?.trim()))
}

/** @throws AppError `unauthenticated`. */
export async function callerOfKey(deps: ApiDeps, secret: string): Promise<Caller> {
  const key = await deps.keyCache.authenticate(secret)
  if (!key) {
    throw new AppError('unauthenticated', 'this key is unknown or was revoked', {
      hint: 'Make one in the studio under Keys, or with: hearth key create NAME',
    })
  }
  return callerOf(key)
}

/** The caller that a key stands for. */
export function callerOf(key: Awaited<ReturnType<ApiDeps['keyCache']['authenticate']>> & object): Caller {
  return {
    owner: key.owner,
    name: key.name,
    key: { id: key.id, name: key.name },
    scopes: key.scopes,
    via: 'key',
    rate: {
      ...(key.rateGenerate === null ? {} : { generate: key.rateGenerate }),
      ...(key.rateStatus === null ? {} : { status: key.rateStatus }),
    },
  }
}

export async function callerOfSession(deps: ApiDeps, session: sessions.Session): Promise<Caller> {
  const owner = await owners.get(deps.store, session.owner)
  const name = owner?.name ?? session.owner
  const key = session.key === null ? null : { id: session.key, name }
  return { owner: session.owner, name, key, scopes: session.scopes, via: 'session', rate: {} }
}

/** A right that holds another within it. */
const within: Partial<Record<Scope, Scope>> = { kiosk: 'tasks' }

/** @throws AppError `forbidden`. */
export function requireScope(caller: Caller, scope: Scope): void {
  const wider = within[scope]
  if (caller.scopes.includes(scope) || (wider !== undefined && caller.scopes.includes(wider))) return
  throw new AppError('forbidden', `this key may not use ${scope}`, {
    hint: `It has ${caller.scopes.join(', ') || 'no scopes'}. Use a key with the scope ${scope}.`,
  })
}

/**
 * What every key may, except one that hangs in a public place: a kiosk's opens nothing but the kiosk.
 * @throws AppError `forbidden`.
 */
export function requireAnyScope(caller: Caller): void {
  if (caller.scopes.some(scope => scope !== 'kiosk')) return
  throw new AppError('forbidden', 'this key may use nothing but the kiosk', {
    hint: 'Use a key with another scope beside it.',
  })
}

function missing(): AppError {
  return new AppError('unauthenticated', 'this needs a key', {
    hint: 'Send it as "Authorization: Bearer KEY". Make one with: hearth key create NAME',
  })
}
