import { startTestStore, type TestStore } from '@hearth/testing/store'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { events, type JobRow, jobs } from '../index.ts'

let rig: TestStore
let owner: string
beforeAll(async () => {
  rig = await startTestStore()
})
afterAll(() => rig.stop())
beforeEach(async () => {
  owner = await rig.owner()
})

type Extra = Partial<Parameters<typeof jobs.create>[1]>
async function make(extra: Extra = {}): Promise<JobRow> {
  return (await jobs.create(rig.store, { task: 'draw', owner, model: 'm', family: 'f', input: {}, ...extra })).job
}
async function walk(
  filter: Omit<Parameters<typeof jobs.list>[1], 'limit'>,
  limit: number,
  between?: () => Promise<unknown>,
) {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await jobs.list(rig.store, { ...filter, limit, ...(cursor === undefined ? {} : { cursor }) })
    expect(page.jobs.length).toBeLessThanOrEqual(limit)
    ids.push(...page.jobs.map(job => job.id))
    cursor = page.next_cursor ?? undefined
    await between?.()
  } while (cursor !== undefined)
  return ids
}

describe('list', () => {
  test('walks newest first, without skips or repeats while jobs are added', async () => {
    const made: string[] = []
    for (let n = 0; n < 23; n++) made.unshift((await make()).id)
    expect(await walk({ owner }, 5)).toEqual(made)
    expect(await walk({ owner }, 5, () => make())).toEqual(made)
  })

  test('keeps an order among jobs of the same moment', async () => {
    const made = await Promise.all(Array.from({ length: 12 }, () => make()))
    await rig.store.pool.query('update job set created_at = $1 where owner = $2', [new Date(), owner])
    const walked = await walk({ owner }, 5)
    expect(walked).toEqual(
      made
        .map(job => job.id)
        .toSorted()
        .reverse(),
    )
  })

  test('filters by owner, state, task, text and time', async () => {
    const fox = await make({ text: 'A red Fox, 100% wool' })
    const tree = await make({ task: 'enlarge', text: 'a green tree_top' })
    const chinese = await make({ text: '一只红色的狐狸' })
    await jobs.requestCancel(rig.store, { id: tree.id })
    await make({ owner: await rig.owner() })
    const ids = async (filter: Partial<Parameters<typeof jobs.list>[1]>) =>
      (await jobs.list(rig.store, { owner, limit: 50, ...filter })).jobs.map(job => job.id)
    expect(await ids({})).toEqual([chinese.id, tree.id, fox.id])
    expect(await ids({ states: ['cancelled'] })).toEqual([tree.id])
    expect(await ids({ states: ['queued', 'running'] })).toEqual([chinese.id, fox.id])
    expect(await ids({ states: [] })).toEqual([])
    expect(await ids({ task: 'enlarge' })).toEqual([tree.id])
    expect(await ids({ text: 'fox RED' })).toEqual([fox.id])
    expect(await ids({ text: '0% w' })).toEqual([fox.id])
    expect(await ids({ text: '%' })).toEqual([fox.id])
    expect(await ids({ text: 'tree_' })).toEqual([tree.id])
    expect(await ids({ text: '\\' })).toEqual([])
    expect(await ids({ text: '狐狸' })).toEqual([chinese.id])
    expect(await ids({ after: tree.createdAt })).toEqual([chinese.id, tree.id])
    expect(await ids({ before: tree.createdAt })).toEqual([fox.id])
  })

  test('refuses a cursor that is not its own', async () => {
    for (const cursor of [
      '',
      'x',
      Buffer.from('no id').toString('base64url'),
      Buffer.from("1 ' or 1=1").toString('base64'),
    ]) {
      const answer = jobs.list(rig.store, { owner, limit: 5, cursor })
      if (cursor.startsWith('MSAn')) await expect(answer).resolves.toMatchObject({ jobs: [] })
      else await expect(answer).rejects.toMatchObject({ code: 'invalid-input', path: ['cursor'] })
    }
    const far = Buffer.from('9e15 abc').toString('base64url')
    await expect(jobs.list(rig.store, { owner, limit: 5, cursor: far })).rejects.toMatchObject({
      code: 'invalid-input',
    })
  })
})

describe('get and remove', () => {
  test('know nothing of another owner', async () => {
    const job = await make()
    expect((await jobs.get(rig.store, { id: job.id, owner }))?.id).toBe(job.id)
    const other = await rig.owner()
    expect(await jobs.get(rig.store, { id: job.id, owner: other })).toBeUndefined()
    expect(await events.list(rig.store, { job: job.id, owner: other })).toEqual([])
    await expect(jobs.requestCancel(rig.store, { id: job.id, owner: other })).rejects.toMatchObject({
      code: 'not-found',
    })
    await jobs.requestCancel(rig.store, { id: job.id })
    await expect(jobs.remove(rig.store, { id: job.id, owner: other })).rejects.toMatchObject({ code: 'not-found' })
  })

  test('removes only what has ended, with its events', async () => {
    const job = await make()
    await expect(jobs.remove(rig.store, { id: job.id, owner })).rejects.toMatchObject({ code: 'conflict' })
    expect((await jobs.requestCancel(rig.store, { id: job.id, owner })).outcome).toBe('cancelled')
    expect((await jobs.requestCancel(rig.store, { id: job.id, owner })).outcome).toBe('already-final')
    const retry = await make({ retryOf: job.id })
    expect((await jobs.remove(rig.store, { id: job.id, owner })).id).toBe(job.id)
    expect(await jobs.get(rig.store, { id: job.id })).toBeUndefined()
    expect(await events.list(rig.store, { job: job.id })).toEqual([])
    expect((await jobs.get(rig.store, { id: retry.id }))?.retryOf).toBeNull()
    await expect(jobs.remove(rig.store, { id: job.id, owner })).rejects.toMatchObject({ code: 'not-found' })
  })
})

test('position follows priority, then turns; counts follow states', async () => {
  const lane = 'positions'
  const normal = [await make({ lane }), await make({ lane })]
  const low = await make({ lane, priority: 'low' })
  const high = await make({ lane, priority: 'high' })
  const other = await make({ lane, owner: await rig.owner() })
  const ids = [normal[0], normal[1], low, high, other].map(job => job?.id ?? '')
  const places = await jobs.position(rig.store, [...ids, 'unknown'])
  expect(ids.map(id => places.get(id))).toEqual([2, 4, 5, 1, 3])
  expect(places.size).toBe(5)
  await jobs.requestCancel(rig.store, { id: high.id })
  expect((await jobs.position(rig.store, [low.id, high.id])).get(low.id)).toBe(4)
  expect(await jobs.counts(rig.store, { owner })).toEqual({ queued: 3, cancelled: 1 })
})
