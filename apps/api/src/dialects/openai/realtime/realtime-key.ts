import { AppError } from '@hearth/contract'
import { keys } from '@hearth/store'
import { sign, verify } from 'hono/jwt'
import { z } from 'zod'
import { type Caller, callerOf, requireScope } from '../../../auth/caller.ts'
import type { ApiDeps } from '../../../deps.ts'

const prefix = 'ek_'
const algorithm = 'HS256'
/** It travels in a header. */
const longest = 8000

const claims = z.object({ sub: z.string(), owner: z.string(), exp: z.number(), session: z.looseObject({}) })

export interface RealtimeKey {
  session: Record<string, unknown>
  /** Whose key it was made with; asked again while the connection lasts. @throws AppError `unauthenticated`. */
  caller(): Promise<Caller>
}

export const isRealtimeKey = (key: string | undefined) => key?.startsWith(prefix) === true

/**
 * A key for one purpose and a short time, which may be given to a browser. It is signed and nowhere kept.
 * @param exp seconds since 1970.
 * @throws AppError `too-large`.
 */
export async function makeRealtimeKey(deps: ApiDeps, caller: Caller, exp: number, session: object): Promise<string> {
  if (!caller.key) throw new AppError('forbidden', 'only a key can make one for a conversation')
  const payload = { sub: caller.key.id, owner: caller.owner, exp, session }
  const key = prefix + (await sign(payload, signingKey(deps), algorithm))
  if (key.length <= longest) return key
  throw new AppError('too-large', 'the session is too long for a key that travels in a header', {
    path: ['session'],
    hint: 'Send instructions and tools with session.update.',
  })
}

/** @throws AppError `unauthenticated` for one that was not made here, or too long ago. */
export async function readRealtimeKey(deps: ApiDeps, key: string): Promise<RealtimeKey> {
  const payload = await verify(key.slice(prefix.length), signingKey(deps), algorithm).catch((cause: unknown) => {
    throw new AppError('unauthenticated', 'this key is not valid any more', {
      hint: 'Make another: POST /v1/realtime/client_secrets',
      cause,
    })
  })
  const { sub, owner, session } = claims.parse(payload)
  return {
    session,
    async caller() {
      const row = (await keys.list(deps.store, { owner })).find(({ id }) => id === sub)
      if (!row || row.revokedAt) throw new AppError('unauthenticated', 'the key behind this one was revoked')
      const caller = callerOf(row)
      requireScope(caller, 'tasks')
      return caller
    },
  }
}

/** One secret signs other things too: none of them may pass for a key. */
const signingKey = (deps: ApiDeps) => `realtime ${deps.secret}`
