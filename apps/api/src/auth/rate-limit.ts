import { AppError } from '@hearth/contract'
import type { JobQueue } from '@hearth/jobs'
import type { ApiDeps } from '../deps.ts'
import type { ApiContext } from '../http/env.ts'
import type { Caller } from './caller.ts'

/** `generate` starts work, `status` is everything else. */
export type RateClass = 'generate' | 'status'

/** Counts within windows that begin with the first request. */
export interface RateLimiter {
  /** How many there were in this window with this one, and the milliseconds until it ends. */
  count(name: string, windowMs: number): Promise<{ count: number; left: number }>
}

const script = `
local count = redis.call('incr', KEYS[1])
if count == 1 then redis.call('pexpire', KEYS[1], ARGV[1]) end
return {count, redis.call('pttl', KEYS[1])}`

/** Shared by all processes through the queue server; while that is away each counts for itself. */
export function createRateLimiter(queue: JobQueue): RateLimiter {
  const own = createLocalLimiter()
  return {
    async count(name, windowMs) {
      if (queue.redis.status !== 'ready') return own.count(name, windowMs)
      try {
        const answer = await queue.redis.eval(script, 1, `${queue.prefix}:rate:${name}`, windowMs)
        const [count = 1, left = windowMs] = Array.isArray(answer) ? answer.map(Number) : []
        return { count, left: Math.max(0, left) }
      } catch {
        // The connection itself reports why; a limit that only this process keeps is better than none.
        return own.count(name, windowMs)
      }
    },
  }
}

/** Counts in memory. */
export function createLocalLimiter(now: () => number = Date.now): RateLimiter {
  const windows = new Map<string, { count: number; ends: number }>()
  return {
    async count(name, windowMs) {
      const at = now()
      if (windows.size > 10_000) for (const [key, { ends }] of windows) if (ends <= at) windows.delete(key)
      const open = windows.get(name)
      const window = open && open.ends > at ? open : { count: 0, ends: at + windowMs }
      window.count += 1
      windows.set(name, window)
      return { count: window.count, left: window.ends - at }
    },
  }
}

const minute = 60_000

/** Counts the request and says how many are left. @throws AppError `rate-limited`. */
export async function limitRate(deps: ApiDeps, c: ApiContext, caller: Caller, kind: RateClass): Promise<void> {
  await countRequest(deps, caller, kind, ({ limit, remaining, reset }) => {
    c.header('x-ratelimit-limit', String(limit))
    c.header('x-ratelimit-remaining', String(remaining))
    c.header('x-ratelimit-reset', String(reset))
  })
}

interface Allowance {
  /** Requests a minute. */
  limit: number
  remaining: number
  /** Seconds until they are counted anew. */
  reset: number
}

/** Counts a request. @param tell hears what is left. @throws AppError `rate-limited`. */
export async function countRequest(
  deps: ApiDeps,
  caller: Caller,
  kind: RateClass,
  tell: (allowance: Allowance) => void = () => undefined,
): Promise<void> {
  const setting = kind === 'generate' ? deps.config.rateGenerate : deps.config.rateStatus
  const limit = caller.rate[kind] ?? setting
  const who = caller.key?.id ?? caller.owner
  const { count, left } = await deps.limiter.count(`${kind}:${who}`, minute)
  const reset = Math.ceil(left / 1000)
  tell({ limit, remaining: Math.max(0, limit - count), reset })
  if (count <= limit) return
  throw new AppError('rate-limited', `more than ${limit} requests a minute on this kind of route`, {
    hint: `Wait ${reset} s. The limit is a setting: HEARTH_RATE_${kind.toUpperCase()}, or the key's own.`,
    retryAfter: reset,
  })
}
