import { type JobRow, jobs, workers } from '@hearth/store'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { laneQueue, messageId, turnNumber } from './messages.ts'
import { reconcile } from './reconcile.ts'
import { type Rig, reasonOf, startRig, succeed } from './testing/rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

const within = { timeout: 20_000, interval: 50 }
const view = (id: string, host: string, pid = process.pid) => ({
  id,
  host,
  pid,
  version: '0',
  seen_at: new Date().toISOString(),
  devices: [],
  residents: [],
})
const create = async (lane: string) =>
  (await jobs.create(rig.store, { task: 'draw', owner: rig.owner1, model: 'm', family: 'f', input: {}, lane })).job
const locate = async (lane: string) => {
  const rows = (await jobs.queued(rig.store)).filter(row => row.lane === lane)
  return rig.queue.messages.locate(rows, [])
}

describe('reconcile', () => {
  test('by several processes at once adds each missing message once', async () => {
    const rows: JobRow[] = []
    for (let n = 0; n < 60; n++) rows.push(...(await Promise.all(Array.from({ length: 10 }, () => create('many')))))
    const processes = [rig.queue, rig.open(), rig.open()]
    await vi.waitFor(() => expect(processes.every(queue => queue.redis.status === 'ready')).toBe(true), within)
    await Promise.all(processes.map(queue => reconcile(queue, { aliveMaxAge: 15 })))
    expect(await locate('many')).toEqual(rows.map(() => 'waiting'))
    const size = await rig.queue.redis.zcard(`test:${laneQueue('many')}:prioritized`)
    expect(size).toBe(600)
    expect(await reconcile(rig.queue, { aliveMaxAge: 15 })).toEqual({ requeued: 0, added: 0, reissued: 0 })
  })

  test('leaves alone what a living worker holds', async () => {
    const seen = Promise.withResolvers<void>()
    const stop = rig.consume(
      async (_row, job) => {
        seen.resolve()
        throw await reasonOf(job.signal)
      },
      { lane: 'held' },
    )
    await rig.submit({ lane: 'held' })
    await seen.promise
    expect(await locate('held')).toEqual(['held'])
    expect(await reconcile(rig.queue, { aliveMaxAge: 15 })).toMatchObject({ reissued: 0, added: 0 })
    await stop()
  })

  test('frees a message that a dead worker held without having claimed', async () => {
    const lane = 'stuck'
    const row = await rig.submit({ lane })
    // What a worker leaves behind that was killed: an active message under a lock, and its name.
    const base = `test:${laneQueue(lane)}`
    await rig.queue.redis.zrem(`${base}:prioritized`, messageId(row))
    await rig.queue.redis.lpush(`${base}:active`, messageId(row))
    await rig.queue.redis.set(`${base}:${messageId(row)}:lock`, 'lock-owner:7', 'PX', 30_000)
    await rig.queue.redis.set('test:holder:lock-owner', 'victim', 'EX', 60)
    await workers.beat(rig.store, view('victim', 'here'))
    expect(await locate(lane)).toEqual(['held'])
    expect(await reconcile(rig.queue, { aliveMaxAge: 15 })).toMatchObject({ reissued: 0 })
    expect(await reconcile(rig.queue, { aliveMaxAge: 15, worker: { id: 'next', host: 'here' } })).toMatchObject({
      reissued: 1,
    })
    expect(await jobs.get(rig.store, { id: row.id })).toMatchObject({ state: 'queued', attempt: 2 })
    const stop = rig.consume(succeed, { lane })
    expect((await rig.until(row.id, 'succeeded')).attempt).toBe(2)
    await stop()
  })

  test('frees one whose lock was not renewed, without knowing whose it was', async () => {
    const lane = 'faded'
    const row = await rig.submit({ lane })
    const base = `test:${laneQueue(lane)}`
    await rig.queue.redis.zrem(`${base}:prioritized`, messageId(row))
    await rig.queue.redis.lpush(`${base}:active`, messageId(row))
    await rig.queue.redis.set(`${base}:${messageId(row)}:lock`, 'somebody:1', 'PX', 10_000)
    expect(await reconcile(rig.queue, { aliveMaxAge: 15 })).toMatchObject({ reissued: 1 })
  })

  test('takes running jobs back once, from a silent worker only if it stays silent', async () => {
    const claim = async (workerId: string) => {
      const row = await create('orphans')
      await jobs.claim(rig.store, { id: row.id, attempt: 1, workerId, device: 'cpu:0' })
      await rig.store.pool.query(`update job set started_at = now() - interval '60 seconds' where id = $1`, [row.id])
      return row.id
    }
    const silence = (id: string) =>
      rig.store.pool.query(`update worker set seen_at = now() - interval '60 seconds' where id = $1`, [id])
    await Promise.all(['sleeper', 'gone'].map(id => workers.beat(rig.store, view(id, 'far'))))
    const [slept, lost] = [await claim('sleeper'), await claim('gone')]
    await Promise.all(['sleeper', 'gone'].map(silence))
    const rounds = Promise.all([1, 2].map(() => reconcile(rig.queue, { aliveMaxAge: 15, confirmAfter: 1 })))
    // It only slept, and speaks up while it is being waited for.
    await workers.beat(rig.store, view('sleeper', 'far'))
    const [first, second] = await rounds
    expect((first?.requeued ?? 0) + (second?.requeued ?? 0)).toBe(1)
    expect(await jobs.get(rig.store, { id: slept })).toMatchObject({ state: 'running', attempt: 1 })
    expect(await jobs.get(rig.store, { id: lost })).toMatchObject({ state: 'queued', attempt: 2, lostWorkers: 1 })
    expect(await rig.story(lost)).toEqual(['queued', 'started', 'queued'])
  })
})

test('the number of a message orders by priority, then by turn, and stays inside BullMQ limits', () => {
  const numbers = [
    turnNumber({ priority: 'high', fairTag: 1 }),
    turnNumber({ priority: 'high', fairTag: 10_000_000 }),
    turnNumber({ priority: 'normal', fairTag: 1 }),
    turnNumber({ priority: 'normal', fairTag: 2 }),
    turnNumber({ priority: 'low', fairTag: 1 }),
    turnNumber({ priority: 'low', fairTag: 10_000_000 }),
  ]
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
  expect(new Set(numbers).size).toBe(numbers.length)
  expect(numbers[0]).toBeGreaterThan(0)
  expect(numbers.at(-1)).toBeLessThan(2 ** 21)
})
