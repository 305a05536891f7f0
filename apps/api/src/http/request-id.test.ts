import { loadConfig } from '@hearth/config'
import { createLogger } from '@hearth/log'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import type { Env } from './env.ts'
import { nameAndLog } from './request-id.ts'

it('keeps the headers of a route that answers with a stream of its own', async () => {
  const app = new Hono<Env>()
  app.use(nameAndLog(createLogger({ ...loadConfig(), logLevel: 'silent' }, 'test')))
  app.get('/', c => {
    c.header('x-ratelimit-remaining', '7')
    return new Response('data: x\n\n', { headers: { 'content-type': 'text/event-stream' } })
  })
  const { headers, status } = await app.request('/')
  expect(status).toBe(200)
  expect(headers.get('x-ratelimit-remaining')).toBe('7')
  expect(headers.get('content-type')).toBe('text/event-stream')
  expect(headers.get('x-request-id')).toMatch(/^req_/)
})
