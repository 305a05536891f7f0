import type { Config } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { createMiddleware } from 'hono/factory'
import type { Env } from '../http/env.ts'

const loopback = /^(localhost|([a-z0-9-]+\.)*localhost|127(\.\d{1,3}){3}|\[::1\])$/

/**
 * A server on loopback answers only to loopback's names (and its public address): a foreign name that was made to
 * point here by DNS belongs to a page that has no business with it.
 */
export function requireOwnHost(config: Config) {
  return createMiddleware<Env>(async (c, next) => {
    if (!isOwnHost(config, c.req.header('host') ?? new URL(c.req.url).host)) {
      throw new AppError('forbidden', 'this server does not answer to that host name', {
        hint: 'Use http://localhost, or set HEARTH_PUBLIC_URL to the address you use.',
      })
    }
    await next()
  })
}

export function isLoopback(host: string): boolean {
  return loopback.test(host) || host === '::1'
}

/** Whether the `Host` of a request is one of ours. Beyond loopback every name may be. */
export function isOwnHost(config: Config, header: string): boolean {
  if (!isLoopback(config.host)) return true
  const name = header.toLowerCase().replace(/:\d+$/, '')
  if (isLoopback(name)) return true
  return config.publicUrl !== undefined && new URL(config.publicUrl).hostname === name
}
