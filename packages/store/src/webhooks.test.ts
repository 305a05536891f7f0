import { startTestStore, type TestStore } from '@hearth/testing/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jobs, webhooks } from './index.ts'

let rig: TestStore
let owner: string
beforeAll(async () => {
  rig = await startTestStore()
  owner = await rig.owner()
})
afterAll(() => rig.stop())

type Result = Parameters<typeof jobs.finish>[1]['result']

const url = 'https://receiver.example/told'
const order = (more: object = {}) =>
  jobs.create(rig.store, { task: 'draw', owner, model: 'm', family: 'f', input: {}, webhook: url, ...more })
const take = (of: webhooks.Told = 'jobs') => webhooks.take(rig.store, { of, limit: 9, leaseSeconds: 30 })
const kept = (of: webhooks.Told) => webhooks.list(rig.store, { owner, of, limit: 9 })

test('a message of a job waits for its end, however that comes', async () => {
  const ends: [string, Result | undefined][] = [
    ['succeeded', { state: 'succeeded', output: null, outputs: [] }],
    ['failed', { state: 'failed', error: { code: 'internal', message: 'no', retryable: false } }],
    ['cancelled while it waits', undefined],
  ]
  for (const [state, result] of ends) {
    const { job } = await order()
    expect(await take(), state).toEqual([])
    if (result) {
      await jobs.claim(rig.store, { id: job.id, attempt: 1, workerId: 'w', device: 'cpu' })
      expect(await take(), state).toEqual([])
      expect(await jobs.finish(rig.store, { id: job.id, attempt: 1, result })).toBeDefined()
    } else await jobs.requestCancel(rig.store, { id: job.id })
    expect(await take('kiosks'), state).toEqual([])
    const [row] = await take()
    expect(row, state).toMatchObject({ job: job.id, url, attempts: 1, body: '' })
    // Only now does its day begin.
    expect((row?.expiresAt?.getTime() ?? 0) - Date.now(), state).toBeGreaterThan(23 * 3600_000)
    await webhooks.delivered(rig.store, row?.id ?? '')
  }
  expect((await kept('jobs')).map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered'])
  expect(await kept('kiosks')).toEqual([])
})

test('an order that is repeated has one message, and one without address none', async () => {
  const before = (await kept('jobs')).length
  const repeated = { idempotencyKey: 'k', requestHash: 'h' }
  const answers = await Promise.all([1, 2, 3].map(() => order(repeated)))
  expect(answers.filter(({ created }) => created)).toHaveLength(1)
  await jobs.create(rig.store, { task: 'draw', owner, model: 'm', family: 'f', input: {} })
  expect(await kept('jobs')).toHaveLength(before + 1)
})

test('a message is forgotten with its job', async () => {
  const { job } = await order()
  await jobs.requestCancel(rig.store, { id: job.id })
  await jobs.remove(rig.store, { id: job.id })
  expect((await kept('jobs')).some(row => row.job === job.id)).toBe(false)
})
