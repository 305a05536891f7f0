import { randomUUID } from 'node:crypto'
import type { Logger } from '@hearth/log'
import { createMiddleware } from 'hono/factory'
import type { Env } from './env.ts'

const given = /^[A-Za-z0-9._-]{8,64}$/

/** Names every request, answers with that name, and logs one line when it is done. Query strings are never logged. */
export function nameAndLog(log: Logger) {
  return createMiddleware<Env>(async (c, next) => {
    const asked = c.req.header('x-request-id')
    const requestId = asked !== undefined && given.test(asked) ? asked : `req_${randomUUID().replaceAll('-', '')}`
    c.set('requestId', requestId)
    c.set('wide', {})
    const began = performance.now()
    // Once it exists, headers that a route sets are kept also where it answers with a response of its own.
    void c.res
    await next()
    c.res.headers.set('x-request-id', requestId)
    c.res.headers.set('request-id', requestId)
    c.res.headers.set('x-content-type-options', 'nosniff')
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'private, no-store')
    log.info(
      {
        request: requestId,
        method: c.req.method,
        path: c.req.path.slice(0, 300),
        status: c.res.status,
        ms: Math.round((performance.now() - began) * 10) / 10,
        owner: c.get('caller')?.owner,
        key_id: c.get('caller')?.key?.id,
        ...c.get('wide'),
      },
      'request',
    )
  })
}
