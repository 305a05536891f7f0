import { AppError } from '@hearth/contract'
import { audit, scopes, sessions } from '@hearth/store'
import { z } from 'zod'
import { type Caller, callerOfKey, callerOfSession } from '../auth/caller.ts'
import { isOwnOrigin } from '../auth/same-origin.ts'
import { clearSessionCookie, readSessionCookie, sessionLife, writeSessionCookie } from '../auth/session-cookie.ts'
import type { ApiDeps } from '../deps.ts'
import { type ApiContext, remoteAddress } from '../http/env.ts'
import { defineRoute, type Route } from '../http/route.ts'

const sessionView = z.object({
  owner: z.string(),
  name: z.string(),
  key: z.object({ id: z.string(), name: z.string(), scopes: z.array(z.enum(scopes)) }),
})
const credentials = z
  .object({
    token: z.string().max(200).optional().meta({ description: 'Of a sign-in link; good once.' }),
    key: z.string().max(500).optional(),
  })
  .refine(given => (given.token === undefined) !== (given.key === undefined), 'expected either token or key')

const perAddress = { limit: 10, windowMs: 60_000 }
const everywhere = { limit: 100, windowMs: 60_000 }

function view(caller: Caller): z.infer<typeof sessionView> {
  const { id, name } = caller.key ?? { id: 'sign-in-link', name: caller.name }
  return { owner: caller.owner, name: caller.name, key: { id, name, scopes: [...caller.scopes] } }
}

/** Signing a browser in and out. */
export function sessionRoutes(deps: ApiDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/v1/session',
      tag: 'Session',
      summary: 'Sign a browser in',
      description: 'With the token of a sign-in link, or with a key. Answers with a cookie.',
      scope: 'public',
      rate: 'status',
      body: credentials,
      example: { key: 'hk_...' },
      answers: { 201: { description: 'Signed in.', schema: sessionView } },
      async handle({ c, body }) {
        refuseForeignPage(deps, c)
        await throttle(deps, remoteAddress(c, deps.config.trustProxy))
        const caller =
          body.key === undefined ? await byToken(deps, body.token ?? '') : await callerOfKey(deps, body.key)
        const { token } = await sessions.create(deps.store, {
          owner: caller.owner,
          scopes: [...caller.scopes],
          ttlSeconds: sessionLife,
          ...(caller.key === null ? {} : { key: caller.key.id }),
        })
        writeSessionCookie(deps.config, c, token)
        c.set('caller', caller)
        await audit.record(deps.store, { owner: caller.owner, action: 'signed in' })
        return c.json(view(caller), 201)
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/session',
      tag: 'Session',
      summary: 'Who you are',
      scope: 'known',
      rate: 'status',
      answers: { 200: { description: 'Owner, key and scopes.', schema: sessionView } },
      handle: ({ c, caller }) => c.json(view(caller)),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/v1/session',
      tag: 'Session',
      summary: 'Sign out',
      scope: 'known',
      rate: 'status',
      answers: { 204: { description: 'Signed out.' } },
      async handle({ c }) {
        const token = readSessionCookie(deps.config, c)
        if (token !== undefined) await sessions.remove(deps.store, token)
        clearSessionCookie(deps.config, c)
        return c.body(null, 204)
      },
    }),
  ]
}

/** Another page could otherwise sign a visitor in as somebody else. */
function refuseForeignPage(deps: ApiDeps, c: ApiContext): void {
  const origin = c.req.header('origin')
  if (origin === undefined || isOwnOrigin(deps.config, origin, c.req.header('host'))) return
  throw new AppError('forbidden', 'this request did not come from the studio')
}

async function throttle(deps: ApiDeps, address: string): Promise<void> {
  for (const [name, { limit, windowMs }] of [
    [`login:${address}`, perAddress] as const,
    ['login', everywhere] as const,
  ]) {
    const { count, left } = await deps.limiter.count(name, windowMs)
    if (count <= limit) continue
    const retryAfter = Math.ceil(left / 1000)
    throw new AppError('rate-limited', 'too many attempts to sign in', { hint: `Wait ${retryAfter} s.`, retryAfter })
  }
}

async function byToken(deps: ApiDeps, token: string): Promise<Caller> {
  const signIn = await sessions.redeemSignIn(deps.store, token)
  if (!signIn) {
    throw new AppError('unauthenticated', 'this sign-in link was used or has expired', {
      hint: 'Run `hearth status` for a new one, or sign in with a key.',
    })
  }
  const session = { owner: signIn.owner, key: null, scopes: [...scopes], expiresAt: new Date() }
  return callerOfSession(deps, session)
}
