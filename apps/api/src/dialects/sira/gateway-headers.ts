import { createMiddleware } from 'hono/factory'
import type { Env } from '../../http/env.ts'

const visible = /^[\x21-\x7e]{1,200}$/

/**
 * What this gateway's clients read in the head of every answer, refusals included. Nothing is answered from memory, so
 * that the cache always misses.
 */
export function gatewayHeaders(version: string) {
  return createMiddleware<Env>(async (c, next) => {
    const began = performance.now()
    // What is there before the handler is kept whatever kind of answer it gives, and so is what it adds.
    c.res.headers.set('x-cache-status', 'MISS')
    c.res.headers.set('x-ai-provider', 'local')
    c.res.headers.set('x-gateway-version', version)
    await next()
    const { model } = c.get('wide')
    c.res.headers.set('x-ai-model', typeof model === 'string' && visible.test(model) ? model : 'none')
    c.res.headers.set('x-response-time', String(Math.round(performance.now() - began)))
  })
}
