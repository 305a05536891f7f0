import { AppError } from '@hearth/contract'
import { createLogger } from '@hearth/log'
import { Hono } from 'hono'
import { expect, it } from 'vitest'
import type { Env } from '../http/env.ts'
import { nativeError } from '../http/errors.ts'
import { patientJson } from './patient-json.ts'

const log = createLogger({ logLevel: 'silent' }, 'test')
const patience = { quiet: 0.02, beat: 0.01 }

/** Asks an app whose only answer is this work. */
async function ask(work: () => Promise<unknown>): Promise<Response> {
  const app = new Hono<Env>()
  app.get('/', async c => {
    c.set('requestId', 'req_test')
    c.set('wide', {})
    return patientJson(c, { log }, { work: work(), error: nativeError, patience })
  })
  app.onError((error, c) => c.text(error.message, 418))
  return app.request('/')
}

it('answers at once what is ready at once', async () => {
  const response = await ask(async () => ({ done: true }))
  expect([response.headers.get('content-type'), await response.text()]).toEqual(['application/json', '{"done":true}'])
})

it('leaves an early failure to the app, with its status', async () => {
  const response = await ask(async () => Promise.reject(new AppError('conflict', 'no')))
  expect([response.status, await response.text()]).toEqual([418, 'no'])
})

it('shows that it is alive while the work takes its time', async () => {
  const work = Promise.withResolvers<unknown>()
  const response = await ask(() => work.promise)
  const reader = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader()
  const pieces = [(await reader.read()).value, (await reader.read()).value]
  expect(pieces.join('').trim()).toBe('')
  work.resolve({ done: true })
  for (let next = await reader.read(); !next.done; next = await reader.read()) pieces.push(next.value)
  expect(JSON.parse(pieces.join(''))).toEqual({ done: true })
})

it('tells a late failure in the words of the dialect', async () => {
  const work = Promise.withResolvers<unknown>()
  const response = await ask(() => work.promise)
  expect(response.status).toBe(200)
  work.reject(new AppError('engine-crashed', 'the engine ended'))
  expect(await response.json()).toMatchObject({ error: { code: 'engine-crashed', request_id: 'req_test' } })
})
