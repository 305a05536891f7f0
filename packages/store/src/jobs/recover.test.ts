import { startTestStore, type TestStore } from '@hearth/testing/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { events, jobs, workers } from '../index.ts'

let rig: TestStore
let owner: string
beforeAll(async () => {
  rig = await startTestStore()
  owner = await rig.owner()
})
afterAll(() => rig.stop())

async function started(workerId = 'w1') {
  const { job } = await jobs.create(rig.store, { task: 'draw', owner, model: 'm', family: 'f', input: {} })
  const change = await jobs.claim(rig.store, { id: job.id, attempt: 1, workerId, device: 'cpu:0' })
  if (!change) throw new Error('not claimed')
  return change.row
}
const claimNext = async (id: string, attempt: number) =>
  expect(await jobs.claim(rig.store, { id, attempt, workerId: 'w1', device: 'cpu:0' })).toBeDefined()

describe('requeue', () => {
  test('makes the next attempt, keeps the turn and says why', async () => {
    const job = await started()
    await jobs.progress(rig.store, { id: job.id, attempt: 1, progress: { done: 3, total: 4 } })
    const change = await jobs.requeue(rig.store, { id: job.id, attempt: 1, reason: 'the worker stopped' })
    expect(change?.row).toMatchObject({
      state: 'queued',
      attempt: 2,
      fairTag: job.fairTag,
      workerId: null,
      startedAt: null,
      progress: null,
    })
    expect(change?.events).toMatchObject([{ type: 'queued', reason: 'the worker stopped', seq: 3 }])
    expect(await jobs.requeue(rig.store, { id: job.id, attempt: 1, reason: 'again' })).toBeUndefined()
  })

  test('by several at once happens once', async () => {
    const job = await started()
    const changes = await Promise.all(
      Array.from({ length: 6 }, () => jobs.requeue(rig.store, { id: job.id, attempt: 1, reason: 'lost' })),
    )
    expect(changes.filter(change => change !== undefined)).toHaveLength(1)
    expect(await jobs.get(rig.store, { id: job.id })).toMatchObject({ attempt: 2, lastSeq: 3 })
  })

  test('fails the job after two engine crashes in a row, with the cause', async () => {
    const job = await started()
    await jobs.requeue(rig.store, { id: job.id, attempt: 1, reason: 'the engine crashed', engineCrash: true })
    await claimNext(job.id, 2)
    const error = { code: 'engine-crashed' as const, message: 'killed by SIGSEGV twice', retryable: false }
    const end = await jobs.requeue(rig.store, { id: job.id, attempt: 2, reason: 'SIGSEGV', engineCrash: true, error })
    expect(end?.row).toMatchObject({ state: 'failed', error, finishedAt: expect.any(Date) })
    expect(end?.events).toMatchObject([{ type: 'failed', error }])
  })

  test('counts only crashes in a row', async () => {
    const job = await started()
    await jobs.requeue(rig.store, { id: job.id, attempt: 1, reason: 'crash', engineCrash: true })
    await claimNext(job.id, 2)
    await jobs.requeue(rig.store, { id: job.id, attempt: 2, reason: 'the worker stopped' })
    await claimNext(job.id, 3)
    const third = await jobs.requeue(rig.store, { id: job.id, attempt: 3, reason: 'crash', engineCrash: true })
    expect(third?.row.state).toBe('queued')
    await claimNext(job.id, 4)
    const fourth = await jobs.requeue(rig.store, { id: job.id, attempt: 4, reason: 'out of memory', engineCrash: true })
    expect(fourth?.row.error).toMatchObject({
      code: 'engine-crashed',
      message: expect.stringContaining('out of memory'),
    })
  })

  test('gives up a job that ends ten workers in a row', async () => {
    const job = await started()
    for (let attempt = 1; attempt < 10; attempt++) {
      const change = await jobs.requeue(rig.store, { id: job.id, attempt, reason: 'lost', workerLost: true })
      expect(change?.row.state).toBe('queued')
      await claimNext(job.id, attempt + 1)
    }
    const last = await jobs.requeue(rig.store, { id: job.id, attempt: 10, reason: 'lost', workerLost: true })
    expect(last?.row).toMatchObject({ state: 'failed', error: { code: 'internal' } })
  })

  test('ends a job whose cancel was asked for', async () => {
    const job = await started()
    await jobs.requestCancel(rig.store, { id: job.id, owner })
    const change = await jobs.requeue(rig.store, {
      id: job.id,
      attempt: 1,
      reason: 'the worker was lost',
      workerLost: true,
    })
    expect(change).toMatchObject({ row: { state: 'cancelled' }, events: [{ type: 'cancelled', seq: 3 }] })
  })
})

describe('orphans', () => {
  const beat = (id: string) =>
    workers.beat(rig.store, {
      id,
      host: 'h',
      pid: 1,
      version: '0',
      seen_at: new Date().toISOString(),
      devices: [],
      residents: [],
    })
  const age = (table: 'worker' | 'job', id: string) =>
    rig.store.pool.query(
      table === 'worker'
        ? `update worker set seen_at = now() - interval '60 seconds' where id = $1`
        : `update job set started_at = now() - interval '60 seconds' where id = $1`,
      [id],
    )
  const find = async (input: { aliveMaxAge: number; dead?: string[] }, ids: string[]) => {
    const found = (await jobs.orphans(rig.store, input)).map(row => row.id)
    return ids.map(id => found.includes(id))
  }

  test('are running jobs whose worker fell silent, or is known to be dead', async () => {
    await Promise.all(['alive', 'silent', 'dead'].map(beat))
    await age('worker', 'silent')
    const ids: string[] = []
    for (const worker of ['alive', 'silent', 'dead', 'never-seen']) {
      const job = await started(worker)
      await age('job', job.id)
      ids.push(job.id)
    }
    expect(await find({ aliveMaxAge: 50, dead: ['dead'] }, ids)).toEqual([false, true, true, true])
  })

  test('a job that was only just started is given time', async () => {
    const job = await started('starting-up')
    expect(await find({ aliveMaxAge: 50 }, [job.id])).toEqual([false])
  })
})

test('reissue gives a waiting job a new attempt, once', async () => {
  const { job } = await jobs.create(rig.store, { task: 'draw', owner, model: 'm', family: 'f', input: {} })
  const answers = await Promise.all([1, 2, 3].map(() => jobs.reissue(rig.store, { id: job.id, attempt: 1 })))
  expect(answers.filter(row => row !== undefined)).toMatchObject([{ attempt: 2, state: 'queued' }])
  await claimNext(job.id, 2)
  expect(await jobs.reissue(rig.store, { id: job.id, attempt: 2 })).toBeUndefined()
  expect((await events.list(rig.store, { job: job.id })).map(event => event.type)).toEqual(['queued', 'started'])
})
