import { startTestStore, type TestStore } from '@hearth/testing/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { events, type JobRow, jobs } from '../index.ts'

let rig: TestStore
beforeAll(async () => {
  rig = await startTestStore()
})
afterAll(() => rig.stop())

const jobOf = (owner: string) => ({ task: 'draw', owner, model: 'm', family: 'f', input: {} })

describe('create', () => {
  test('stores the job queued, with its first event', async () => {
    const owner = await rig.owner()
    const {
      job,
      created,
      events: written,
    } = await jobs.create(rig.store, {
      ...jobOf(owner),
      input: { prompt: 'a fox', nested: [1, null, 'x'] },
      text: 'a fox',
    })
    expect(created).toBe(true)
    expect(job).toMatchObject({
      state: 'queued',
      attempt: 1,
      lastSeq: 1,
      input: { prompt: 'a fox', nested: [1, null, 'x'] },
    })
    expect(job.createdAt).toBeInstanceOf(Date)
    expect(written).toEqual([{ type: 'queued', job: job.id, owner, seq: 1, at: expect.any(String) }])
    expect(await events.list(rig.store, { job: job.id })).toEqual(written)
    expect(await jobs.get(rig.store, { id: job.id })).toEqual(job)
  })

  test('gives the earlier job for a known idempotency key', async () => {
    const owner = await rig.owner()
    const input = { ...jobOf(owner), idempotencyKey: 'k1', requestHash: 'h1' }
    const answers = await Promise.all([1, 2, 3, 4].map(() => jobs.create(rig.store, input)))
    expect(new Set(answers.map(({ job }) => job.id)).size).toBe(1)
    expect(answers.filter(({ created }) => created)).toHaveLength(1)
  })

  test('refuses an idempotency key used for another request', async () => {
    const owner = await rig.owner()
    const input = { ...jobOf(owner), idempotencyKey: 'k1', requestHash: 'h1' }
    const { job } = await jobs.create(rig.store, input)
    await expect(jobs.create(rig.store, { ...input, requestHash: 'h2' })).rejects.toMatchObject({
      code: 'conflict',
      hint: expect.stringContaining(job.id),
    })
    const other = await rig.owner()
    expect((await jobs.create(rig.store, { ...input, owner: other })).created).toBe(true)
  })

  test('refuses text that cannot be stored, and an unknown owner', async () => {
    const owner = await rig.owner()
    await expect(jobs.create(rig.store, { ...jobOf(owner), input: { prompt: 'a\0b' } })).rejects.toMatchObject({
      code: 'invalid-input',
    })
    await expect(jobs.create(rig.store, { ...jobOf(owner), text: 'a\0b' })).rejects.toMatchObject({
      code: 'invalid-input',
    })
    await expect(jobs.create(rig.store, jobOf('nobody'))).rejects.toMatchObject({ code: 'internal' })
  })
})

describe('turns', () => {
  async function starts(lane: string): Promise<JobRow | undefined> {
    const [next] = (await jobs.queued(rig.store)).filter(row => row.lane === lane)
    if (!next) return undefined
    const claimed = await jobs.claim(rig.store, { id: next.id, attempt: next.attempt, workerId: 'w', device: 'cpu:0' })
    return claimed?.row
  }
  const finish = (row: JobRow) =>
    jobs.finish(rig.store, {
      id: row.id,
      attempt: row.attempt,
      result: { state: 'succeeded', output: null, outputs: [] },
    })

  test('one job of another owner starts next, however many wait', async () => {
    const [a, b] = [await rig.owner(), await rig.owner()]
    const lane = 'starve'
    for (let n = 0; n < 500; n++) await jobs.create(rig.store, { ...jobOf(a), lane })
    const first = await starts(lane)
    expect(first?.owner).toBe(a)
    const { job } = await jobs.create(rig.store, { ...jobOf(b), lane })
    expect(await jobs.position(rig.store, [job.id])).toEqual(new Map([[job.id, 1]]))
    expect((await starts(lane))?.id).toBe(job.id)
  })

  test('keys of one owner alternate too', async () => {
    const owner = await rig.owner()
    const lane = 'keys'
    for (let n = 0; n < 20; n++) await jobs.create(rig.store, { ...jobOf(owner), lane, share: 'key-a' })
    await starts(lane)
    const { job } = await jobs.create(rig.store, { ...jobOf(owner), lane, share: 'key-b' })
    expect(await jobs.position(rig.store, [job.id])).toEqual(new Map([[job.id, 1]]))
    expect((await starts(lane))?.id).toBe(job.id)
  })

  test('owners alternate, and each is served first in first out', async () => {
    const [a, b, c] = [await rig.owner(), await rig.owner(), await rig.owner()]
    const lane = 'alternate'
    const made: Record<string, string[]> = { [a]: [], [b]: [], [c]: [] }
    for (const owner of [a, a, a, a, b, b, c, c, c]) {
      made[owner]?.push((await jobs.create(rig.store, { ...jobOf(owner), lane })).job.id)
    }
    const served: JobRow[] = []
    for (let row = await starts(lane); row; row = await starts(lane)) {
      served.push(row)
      await finish(row)
    }
    expect(served.map(row => row.owner)).toEqual([a, b, c, a, b, c, a, c, a])
    for (const owner of [a, b, c]) {
      expect(served.filter(row => row.owner === owner).map(row => row.id)).toEqual(made[owner])
    }
  })

  test('one who asks again and again, each time alone, does not starve those who wait', async () => {
    const [a, b] = [await rig.owner(), await rig.owner()]
    const lane = 'again'
    for (let n = 0; n < 6; n++) await jobs.create(rig.store, { ...jobOf(a), lane })
    const served: string[] = []
    await jobs.create(rig.store, { ...jobOf(b), lane })
    for (let n = 0; n < 8; n++) {
      const row = await starts(lane)
      if (!row) break
      served.push(row.owner)
      await finish(row)
      if (row.owner === b) await jobs.create(rig.store, { ...jobOf(b), lane })
    }
    expect(served.filter(owner => owner === a).length).toBeGreaterThanOrEqual(4)
    expect(served.filter(owner => owner === b).length).toBeGreaterThanOrEqual(3)
  })

  test('an owner whose jobs are done is not held back by them', async () => {
    const [a, b] = [await rig.owner(), await rig.owner()]
    const lane = 'past'
    for (let n = 0; n < 20; n++) await jobs.create(rig.store, { ...jobOf(a), lane })
    for (let row = await starts(lane); row; row = await starts(lane)) await finish(row)
    for (let n = 0; n < 3; n++) await jobs.create(rig.store, { ...jobOf(b), lane })
    const { job } = await jobs.create(rig.store, { ...jobOf(a), lane })
    expect(job.fairTag).toBe(1)
  })

  test('a long run does not let a newcomer take many turns in a row', async () => {
    const [a, b] = [await rig.owner(), await rig.owner()]
    const lane = 'long'
    for (let n = 0; n < 30; n++) await jobs.create(rig.store, { ...jobOf(a), lane })
    await starts(lane) // Runs on while the others are served elsewhere.
    for (let n = 0; n < 9; n++) {
      const row = await starts(lane)
      if (row) await finish(row)
    }
    const running = await starts(lane)
    for (let n = 0; n < 10; n++) await jobs.create(rig.store, { ...jobOf(b), lane })
    const next: string[] = []
    for (let n = 0; n < 6; n++) next.push((await starts(lane))?.owner ?? '')
    expect(running?.fairTag).toBe(11)
    expect(next).toEqual([b, a, b, a, b, a])
  })

  test('simultaneous requests of one owner get different turns', async () => {
    const owner = await rig.owner()
    const made = await Promise.all(
      Array.from({ length: 12 }, () => jobs.create(rig.store, { ...jobOf(owner), lane: 'burst' })),
    )
    const tags = made.map(({ job }) => job.fairTag).toSorted((a, b) => a - b)
    expect(tags).toEqual(Array.from({ length: 12 }, (_, index) => index + 1))
  })
})
