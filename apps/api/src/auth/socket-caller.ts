import type { IncomingMessage } from 'node:http'
import { AppError } from '@hearth/contract'
import { type Scope, sessions } from '@hearth/store'
import { parse } from 'hono/utils/cookie'
import type { ApiDeps } from '../deps.ts'
import { type Caller, callerOfKey, callerOfSession, requireScope } from './caller.ts'
import { isOwnHost } from './own-host.ts'
import { isOwnOrigin } from './same-origin.ts'
import { cookieName } from './session-cookie.ts'

/** Whether the page that opens a socket is ours. Programs send no `Origin`. */
export function isWelcome(deps: ApiDeps, request: IncomingMessage): boolean {
  const { host, origin } = request.headers
  if (!isOwnHost(deps.config, host ?? '')) return false
  return origin === undefined || isOwnOrigin(deps.config, origin, host)
}

/**
 * Who opens a socket: by the given key, a key in the headers, or the studio's cookie.
 * @throws AppError `unauthenticated` or `forbidden`.
 */
export async function socketCaller(
  deps: ApiDeps,
  request: IncomingMessage,
  given?: string,
  scope: Scope = 'tasks',
): Promise<Caller> {
  const { authorization } = request.headers
  const bearer = /^bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1]
  const header = request.headers['x-api-key']
  const key = given ?? bearer ?? (typeof header === 'string' ? header : undefined)
  const caller = key === undefined ? await bySession(deps, request) : await callerOfKey(deps, key)
  requireScope(caller, scope)
  return caller
}

async function bySession(deps: ApiDeps, request: IncomingMessage): Promise<Caller> {
  const token = parse(request.headers.cookie ?? '')[cookieName(deps.config)]
  const session = token === undefined ? undefined : await sessions.get(deps.store, token)
  if (session && isOwnPage(deps, request)) return callerOfSession(deps, session)
  throw new AppError('unauthenticated', 'this needs a key or a session of the studio')
}

/** A cookie comes with whatever page asks. Upgrades name its origin; polling by GET only says whether it is the same. */
function isOwnPage({ config }: ApiDeps, { headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return headers['sec-fetch-site'] === 'same-origin'
  return isOwnOrigin(config, headers.origin, headers.host)
}
