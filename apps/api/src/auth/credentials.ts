import type { ApiContext } from '../http/env.ts'

/**
 * The key that a request presents, in any of the ways in which clients send one. Basic's password is the key (its user
 * name if the password is empty); an empty Basic, as some clients send when nothing is set, is no key.
 */
export function presentedKey(c: ApiContext): string | undefined {
  const authorization = c.req.header('authorization')
  if (authorization !== undefined) {
    const [scheme = '', rest = ''] = authorization.split(/\s+(.*)/s)
    if (/^bearer$/i.test(scheme) && rest.trim() !== '') return rest.trim()
    if (/^basic$/i.test(scheme)) {
      const key = basicKey(rest.trim())
      if (key !== undefined) return key
    }
  }
  for (const name of ['x-api-key', 'x-goog-api-key', 'api-key']) {
    const value = c.req.header(name)?.trim()
    if (value) return value
  }
  return undefined
}

function basicKey(encoded: string): string | undefined {
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const at = text.indexOf(':')
  if (at < 0) return text || undefined
  return text.slice(at + 1) || text.slice(0, at) || undefined
}
