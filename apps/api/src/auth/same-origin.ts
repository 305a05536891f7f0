import type { Config } from '@hearth/config'
import { AppError } from '@hearth/contract'
import type { ApiContext } from '../http/env.ts'

const reading = ['GET', 'HEAD', 'OPTIONS']

/**
 * A cookie is sent by the browser whoever asked for the request; so what changes something must come from our own page.
 * @throws AppError `forbidden`.
 */
export function requireSameOrigin(config: Config, c: ApiContext): void {
  if (reading.includes(c.req.method)) return
  const site = c.req.header('sec-fetch-site')
  const origin = c.req.header('origin')
  const ours = site === undefined ? isOwnOrigin(config, origin, c.req.header('host')) : site === 'same-origin'
  if (ours) return
  throw new AppError('forbidden', 'this request did not come from the studio', {
    hint: 'Programs use a key instead of the session of a browser.',
  })
}

/** Whether a browser's `Origin` names this server, as the browser reaches it. */
export function isOwnOrigin(config: Config, origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return false
  const url = URL.parse(origin)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false
  if (config.publicUrl !== undefined && url.origin === new URL(config.publicUrl).origin) return true
  return host !== undefined && url.host === host.toLowerCase().replace(/:(80|443)$/, '')
}
