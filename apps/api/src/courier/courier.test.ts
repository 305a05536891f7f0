import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { jobs, webhooks } from '@hearth/store'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiUnderTest, startApi, until } from '../api-under-test.ts'
import { listen } from '../server.ts'

let api: ApiUnderTest
let hanging: Server
let door: Server
/** Connections to the receiver that never answers: how many came, and how many went again. */
const hung = { came: 0, went: 0 }
let knocks = 0

beforeAll(async () => {
  api = await startApi({ settings: { HEARTH_WEBHOOK_HOSTS: '127.0.0.1' } })
  hanging = createServer(request => {
    hung.came += 1
    request.socket.on('close', () => {
      hung.went += 1
    })
  })
  door = createServer((_, response) => {
    knocks += 1
    response.end()
  })
  await listen(hanging, '127.0.0.1', 0)
  await listen(door, '127.0.0.1', 0)
})
afterAll(async () => {
  hanging?.closeAllConnections()
  hanging?.close()
  door?.close()
  await api?.stop()
})

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

it('tells a door while all that is sent to those who ordered jobs hangs', async () => {
  const { owner, deps } = api
  const order = { task: 't', owner, model: 'm', family: 'f', input: {}, dialect: 'sira', webhook: urlOf(hanging) }
  for (let i = 0; i < 25; i += 1) {
    const { job } = await jobs.create(deps.store, order)
    await jobs.requestCancel(deps.store, { id: job.id })
  }
  await until(
    'all rooms are taken',
    async () => hung.came,
    came => came === 20,
  )
  const webhook = { url: urlOf(door), private: true }
  await api.ask('/api/v1/kiosk/settings', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ webhook }),
  })
  await webhooks.add(deps.store, { owner, body: '{}', ttlSeconds: 30 })
  await until(
    'the door is told',
    async () => knocks,
    knocks => knocks === 1,
  )
  expect(hung).toEqual({ came: 20, went: 0 })
})
