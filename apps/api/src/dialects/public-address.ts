import type { ApiDeps } from '../deps.ts'
import type { ApiContext } from '../http/env.ts'

/**
 * Scheme, host and port under which the client reaches this server, for addresses in answers. A door serves one
 * dialect and no files: what it hands out points at the server's own port.
 */
export function publicAddress({ config }: Pick<ApiDeps, 'config'>, c: ApiContext): string {
  if (config.publicUrl !== undefined) return config.publicUrl
  const scheme = config.tls ? 'https' : 'http'
  if (c.env?.admit) return `${scheme}://127.0.0.1:${config.port}`
  const forwarded = config.trustProxy ? c.req.header('x-forwarded-proto') : undefined
  const host = c.req.header('host') ?? `127.0.0.1:${config.port}`
  return `${forwarded === 'https' ? 'https' : scheme}://${host}`
}
