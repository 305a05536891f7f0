import { type Accepted, authenticate, type Caller, requireScope } from '../auth/caller.ts'
import { limitRate, type RateClass } from '../auth/rate-limit.ts'
import type { ApiDeps } from '../deps.ts'
import type { ApiContext } from '../http/env.ts'

/**
 * Who sends a request of a dialect: keys only, since no page of ours speaks one and a cookie could be made to.
 * @throws AppError `unauthenticated`, `forbidden`, `rate-limited`.
 */
export async function admit(
  deps: ApiDeps,
  c: ApiContext,
  rate: RateClass,
  accepted: Omit<Accepted, 'session'> = {},
): Promise<Caller> {
  const caller = await authenticate(deps, c, { ...accepted, session: false })
  c.set('caller', caller)
  requireScope(caller, 'tasks')
  await limitRate(deps, c, caller, rate)
  return caller
}
