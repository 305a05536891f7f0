import { once } from 'node:events'
import { createServer } from 'node:net'
import { startTestStore, type TestStore } from '@hearth/testing/store'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { jobs, openStore, ping } from './index.ts'

let rig: TestStore
let owner: string
beforeAll(async () => {
  rig = await startTestStore()
  owner = await rig.owner()
})
afterAll(() => rig.stop())

const newJob = () => ({ task: 'draw', owner, model: 'm', family: 'f', input: {} })

describe('while the database is away', () => {
  test('every call says so, and works again afterwards', async () => {
    await ping(rig.store)
    await rig.services.postgres.kill()
    // A backend may still answer before it notices that its postmaster is gone.
    await vi.waitFor(() => expect(ping(rig.store)).rejects.toMatchObject({ code: 'unavailable' }), { timeout: 10_000 })
    const calls = await Promise.allSettled([
      ping(rig.store),
      jobs.create(rig.store, newJob()),
      jobs.get(rig.store, { id: 'x' }),
      jobs.list(rig.store, { limit: 1 }),
      jobs.claim(rig.store, { id: 'x', attempt: 1, workerId: 'w', device: 'd' }),
    ])
    for (const call of calls) {
      expect(call).toMatchObject({ status: 'rejected', reason: { code: 'unavailable', retryAfter: 2, status: 503 } })
    }
    await rig.services.postgres.restart()
    await vi.waitFor(() => ping(rig.store), { timeout: 10_000 })
    expect((await jobs.create(rig.store, newJob())).created).toBe(true)
  })

  test('work in progress is cut off, or done: never half', async () => {
    const { job } = await jobs.create(rig.store, newJob())
    await jobs.claim(rig.store, { id: job.id, attempt: 1, workerId: 'w', device: 'd' })
    const body = { type: 'log' as const, level: 'info' as const, message: 'x'.repeat(2000) }
    const writes = Array.from({ length: 200 }, () => jobs.append(rig.store, { id: job.id, attempt: 1, body }))
    const settled = Promise.allSettled(writes)
    await Promise.all(writes.slice(0, 20))
    await rig.services.postgres.kill()
    const outcomes = await settled
    const failed = outcomes.filter(outcome => outcome.status === 'rejected')
    expect(failed.length).toBeGreaterThan(0)
    for (const outcome of failed) expect(outcome.reason).toMatchObject({ code: 'unavailable' })
    await rig.services.postgres.restart()
    await vi.waitFor(() => ping(rig.store), { timeout: 10_000 })
    const { rows } = await rig.store.pool.query<{ last_seq: number; kept: number; highest: number }>(
      `select last_seq, count(*)::int as kept, max(seq) as highest from job join job_event on job.id = job_event.job
       where id = $1 group by last_seq`,
      [job.id],
    )
    const succeeded = outcomes.length - failed.length
    expect(rows[0]?.kept).toBe(rows[0]?.last_seq)
    expect(rows[0]?.highest).toBe(rows[0]?.last_seq)
    expect(rows[0]?.kept).toBeGreaterThanOrEqual(succeeded + 2)
  })
})

test('a pool that is used up answers unavailable instead of hanging', async () => {
  const store = openStore({ url: rig.services.databaseUrl, max: 1 })
  const lent = await store.pool.connect()
  await expect(ping(store)).rejects.toMatchObject({ code: 'unavailable' })
  lent.release()
  await ping(store)
  await store.close()
})

test('a query error stays inside, without the text of the query', async () => {
  const broken = jobs.create(rig.store, { ...newJob(), owner: 'nobody-at-all' })
  await expect(broken).rejects.toMatchObject({ code: 'internal', message: 'the database refused a query' })
})

test('connections are given back, however often the database goes away', async () => {
  const store = openStore({ url: rig.services.databaseUrl, max: 3, onFault: () => {} })
  for (let round = 0; round < 3; round++) {
    await Promise.all([1, 2, 3].map(() => jobs.create(store, newJob())))
    const calls = Array.from({ length: 12 }, () => jobs.create(store, newJob()))
    const settled = Promise.allSettled(calls)
    await rig.services.postgres.kill()
    // Idle connections that nobody told of the end yet.
    await Promise.allSettled([1, 2, 3].map(() => jobs.create(store, newJob())))
    await settled
    await rig.services.postgres.restart()
    await vi.waitFor(() => ping(store), { timeout: 10_000 })
  }
  expect(store.pool.waitingCount).toBe(0)
  expect(store.pool.totalCount).toBe(store.pool.idleCount)
  await store.close()
})

test('what we refuse inside a transaction keeps the connection', async () => {
  const store = openStore({ url: rig.services.databaseUrl, max: 1 })
  await expect(jobs.remove(store, { id: 'unknown' })).rejects.toMatchObject({ code: 'not-found' })
  expect(store.pool.idleCount).toBe(1)
  await store.close()
})

test('a server that takes the connection and says nothing counts as away', async () => {
  const mute = createServer().listen(0, '127.0.0.1')
  await once(mute, 'listening')
  const address = mute.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const store = openStore({ url: `postgres://hearth:x@127.0.0.1:${port}/hearth` })
  await expect(ping(store)).rejects.toMatchObject({ code: 'unavailable' })
  await store.close()
  mute.close()
})
