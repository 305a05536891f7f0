import type { Config } from '@hearth/config'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { ApiContext } from '../http/env.ts'

/** Seconds. */
export const sessionLife = 30 * 24 * 3600

/** Cookies do not know ports: two servers on one machine need two names. */
export function cookieName(config: Config): string {
  return `hearth_${config.port}`
}

export function readSessionCookie(config: Config, c: ApiContext): string | undefined {
  return getCookie(c, cookieName(config))
}

export function writeSessionCookie(config: Config, c: ApiContext, token: string): void {
  setCookie(c, cookieName(config), token, { ...options(config, c), maxAge: sessionLife })
}

export function clearSessionCookie(config: Config, c: ApiContext): void {
  deleteCookie(c, cookieName(config), options(config, c))
}

function options(config: Config, c: ApiContext) {
  const forwarded = config.trustProxy ? c.req.header('x-forwarded-proto') : undefined
  const secure = config.tls !== undefined || forwarded === 'https' || config.publicUrl?.startsWith('https:') === true
  return { httpOnly: true, sameSite: 'Strict', path: '/', secure } as const
}
