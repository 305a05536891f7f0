import type { JobEvent } from '@hearth/contract'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { publish, subscribe } from './index.ts'
import { type Rig, startRig } from './testing/rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

const within = { timeout: 20_000, interval: 20 }
const event = (seq: number): JobEvent => ({
  job: 'j',
  owner: 'o',
  seq,
  at: new Date().toISOString(),
  type: 'log',
  level: 'info',
  message: `${seq}`,
})

test('every process hears every event, in order, until it ends its subscription', async () => {
  const other = rig.open()
  const heard: number[] = []
  const forget = subscribe(other, event => heard.push(event.seq))
  await other.bus.listening()
  for (let seq = 1; seq <= 500; seq++) publish(rig.queue, event(seq))
  await vi.waitFor(() => expect(heard).toHaveLength(500), within)
  expect(heard).toEqual(Array.from({ length: 500 }, (_, index) => index + 1))
  forget()
  const last = Promise.withResolvers<void>()
  subscribe(other, ({ seq }) => {
    if (seq === 502) last.resolve()
  })
  publish(rig.queue, event(501))
  publish(rig.queue, event(502))
  await last.promise
  expect(heard).toHaveLength(500)
})

test('installations with other prefixes on the same server hear nothing', async () => {
  const stranger = rig.open('stranger')
  const heard: number[] = []
  subscribe(stranger, event => heard.push(event.seq))
  await stranger.bus.listening()
  const mine = Promise.withResolvers<void>()
  subscribe(rig.queue, ({ seq }) => {
    if (seq === 900) mine.resolve()
  })
  publish(rig.queue, event(900))
  await mine.promise
  publish(stranger, event(901))
  await vi.waitFor(() => expect(heard).toEqual([901]), within)
})

test('listeners learn of a gap after the server was away, and hear again', async () => {
  const other = rig.open()
  const heard: number[] = []
  let gaps = 0
  subscribe(
    other,
    event => heard.push(event.seq),
    () => {
      gaps += 1
    },
  )
  await other.bus.listening()
  await rig.services.valkey.kill()
  publish(rig.queue, event(1))
  await rig.services.valkey.restart()
  await vi.waitFor(() => expect(gaps).toBeGreaterThan(0), within)
  await vi.waitFor(() => {
    publish(rig.queue, event(2))
    expect(heard).toContain(2)
  }, within)
  expect(heard).not.toContain(1)
})

test('an event that did not go out is told of, also when only the sender was cut off', async () => {
  const other = rig.open()
  let gaps = 0
  subscribe(
    other,
    () => undefined,
    () => {
      gaps += 1
    },
  )
  await other.bus.listening()
  rig.queue.redis.disconnect(true)
  publish(rig.queue, event(1))
  await vi.waitFor(() => expect(gaps).toBeGreaterThan(0), within)
})

test('what is not an event is reported, not passed on', async () => {
  const reported = () => rig.faults.filter(fault => fault.doing === 'take in an event from the bus').length
  const before = reported()
  await rig.queue.redis.publish('test:events', '{"type":"nonsense"}')
  await rig.queue.redis.publish('test:events', 'not json')
  // By each of the processes that listen.
  await vi.waitFor(() => expect(reported()).toBe(before + 8), within)
})
