import { startTestStore, type TestStore } from '@hearth/testing/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { events, jobs } from '../index.ts'

let rig: TestStore
let owner: string
beforeAll(async () => {
  rig = await startTestStore()
  owner = await rig.owner()
})
afterAll(() => rig.stop())

const file = { name: 'image-0.png', mime: 'image/png', bytes: 3, sha256: 'ab' }
const success = { state: 'succeeded' as const, output: { images: 1 }, outputs: [file] }

async function queued() {
  const { job } = await jobs.create(rig.store, { task: 'draw', owner, model: 'm', family: 'f', input: {} })
  return job
}

async function started(workerId = 'w1') {
  const job = await queued()
  const change = await jobs.claim(rig.store, { id: job.id, attempt: 1, workerId, device: 'cpu:0' })
  if (!change) throw new Error('not claimed')
  return change.row
}

const all = async (id: string) => (await events.list(rig.store, { job: id })).map(({ seq, type }) => [seq, type])

describe('claim', () => {
  test('of many workers given the same message, exactly one gets the job', async () => {
    for (let round = 0; round < 10; round++) {
      const job = await queued()
      const claims = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          jobs.claim(rig.store, { id: job.id, attempt: 1, workerId: `w${n}`, device: 'cpu:0' }),
        ),
      )
      const won = claims.filter(claim => claim !== undefined)
      expect(won).toHaveLength(1)
      expect(await jobs.get(rig.store, { id: job.id })).toMatchObject({
        state: 'running',
        workerId: won[0]?.row.workerId,
      })
      expect(await all(job.id)).toEqual([
        [1, 'queued'],
        [2, 'started'],
      ])
    }
  })

  test('repeated by the same worker gives the row and no second event', async () => {
    const job = await started('w1')
    const again = await jobs.claim(rig.store, { id: job.id, attempt: 1, workerId: 'w1', device: 'cpu:0' })
    expect(again?.row.id).toBe(job.id)
    expect(again?.events).toEqual([])
    expect(await jobs.claim(rig.store, { id: job.id, attempt: 1, workerId: 'w2', device: 'cpu:0' })).toBeUndefined()
  })

  test('of another attempt, an unknown or a cancelled job gets nothing', async () => {
    const job = await queued()
    expect(await jobs.claim(rig.store, { id: job.id, attempt: 2, workerId: 'w', device: 'd' })).toBeUndefined()
    expect(await jobs.claim(rig.store, { id: 'unknown', attempt: 1, workerId: 'w', device: 'd' })).toBeUndefined()
    await jobs.requestCancel(rig.store, { id: job.id, owner })
    expect(await jobs.claim(rig.store, { id: job.id, attempt: 1, workerId: 'w', device: 'd' })).toBeUndefined()
  })
})

describe('append', () => {
  test('numbers events without gaps under many writers', async () => {
    const job = await started()
    await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        jobs.append(rig.store, { id: job.id, attempt: 1, body: { type: 'log', level: 'info', message: `line ${n}` } }),
      ),
    )
    const list = await events.list(rig.store, { job: job.id })
    expect(list.map(event => event.seq)).toEqual(Array.from({ length: 62 }, (_, index) => index + 1))
    expect(await jobs.get(rig.store, { id: job.id })).toMatchObject({ lastSeq: 62 })
    const rest = await events.list(rig.store, { job: job.id, after: 60 })
    expect(rest.map(event => event.seq)).toEqual([61, 62])
  })

  test('repeated after a lost answer is written once', async () => {
    const job = await started()
    const write = {
      id: job.id,
      attempt: 1,
      body: { type: 'log' as const, level: 'info' as const, message: 'once' },
      after: 2,
    }
    const first = await jobs.append(rig.store, write)
    expect(await jobs.append(rig.store, write)).toEqual(first)
    expect(await all(job.id)).toHaveLength(3)
  })

  test('is refused once the attempt is over', async () => {
    const job = await started()
    await jobs.requeue(rig.store, { id: job.id, attempt: 1, reason: 'test' })
    const body = { type: 'log' as const, level: 'info' as const, message: 'late' }
    await expect(jobs.append(rig.store, { id: job.id, attempt: 1, body })).rejects.toMatchObject({ code: 'conflict' })
    await expect(jobs.append(rig.store, { id: job.id, attempt: 2, body })).rejects.toMatchObject({ code: 'conflict' })
    await expect(jobs.append(rig.store, { id: job.id, attempt: 1, body, after: 2 })).rejects.toMatchObject({
      code: 'conflict',
    })
    expect(await all(job.id)).toHaveLength(3)
  })

  test('keeps text that jsonb would refuse, without its worst characters', async () => {
    const job = await started()
    const event = await jobs.append(rig.store, {
      id: job.id,
      attempt: 1,
      body: { type: 'log', level: 'error', message: 'a\0b\ud800' },
    })
    expect(event).toMatchObject({ message: 'a\ufffdb\ufffd' })
  })
})

describe('progress', () => {
  test('keeps the latest progress and preview, fenced by the attempt', async () => {
    const job = await started()
    const at = { id: job.id, attempt: 1 }
    expect(await jobs.progress(rig.store, { ...at, progress: { done: 1, total: 4 } })).toBe('running')
    const bytes = new Uint8Array([0, 255, 7])
    expect(await jobs.progress(rig.store, { ...at, preview: { bytes, mime: 'image/jpeg' } })).toBe('running')
    expect(await jobs.progress(rig.store, { ...at, attempt: 2, progress: { done: 9, total: 9 } })).toBe('lost')
    expect((await jobs.get(rig.store, { id: job.id }))?.progress).toEqual({ done: 1, total: 4 })
    const preview = await jobs.preview(rig.store, { id: job.id, owner })
    expect(preview && [...preview.bytes]).toEqual([0, 255, 7])
    expect(await jobs.preview(rig.store, { id: job.id, owner: 'other' })).toBeUndefined()
    await jobs.requestCancel(rig.store, { id: job.id, owner })
    expect(await jobs.progress(rig.store, { ...at, progress: { done: 2, total: 4 } })).toBe('cancel-requested')
  })
})

describe('finish', () => {
  test('writes the outputs and the end in one go', async () => {
    const job = await started()
    const written = await jobs.finish(rig.store, { id: job.id, attempt: 1, result: success })
    expect(written?.map(event => event.type)).toEqual(['output', 'succeeded'])
    expect(await jobs.get(rig.store, { id: job.id })).toMatchObject({
      state: 'succeeded',
      output: { images: 1 },
      outputs: [file],
      lastSeq: 4,
      finishedAt: expect.any(Date),
    })
    expect((await all(job.id)).map(([seq]) => seq)).toEqual([1, 2, 3, 4])
  })

  test('repeated after a lost answer tells the same and changes nothing', async () => {
    const job = await started()
    const first = await jobs.finish(rig.store, { id: job.id, attempt: 1, result: success })
    expect(await jobs.finish(rig.store, { id: job.id, attempt: 1, result: success })).toEqual(first)
    expect(await all(job.id)).toHaveLength(4)
    expect(await jobs.finish(rig.store, { id: job.id, attempt: 1, result: { state: 'cancelled' } })).toBeUndefined()
  })

  test('of several attempts that all claim success, only the current one counts', async () => {
    const job = await started('w1')
    await jobs.requeue(rig.store, { id: job.id, attempt: 1, reason: 'the worker was lost', workerLost: true })
    expect(await jobs.finish(rig.store, { id: job.id, attempt: 1, result: success })).toBeUndefined()
    expect(await jobs.finish(rig.store, { id: job.id, attempt: 2, result: success })).toBeUndefined()
    await jobs.claim(rig.store, { id: job.id, attempt: 2, workerId: 'w2', device: 'cpu:0' })
    const ends = await Promise.all(
      [1, 2].map(attempt => jobs.finish(rig.store, { id: job.id, attempt, result: success })),
    )
    expect(ends.map(end => end !== undefined)).toEqual([false, true])
    expect(await all(job.id)).toEqual([
      [1, 'queued'],
      [2, 'started'],
      [3, 'queued'],
      [4, 'started'],
      [5, 'output'],
      [6, 'succeeded'],
    ])
  })

  test('as succeeded is refused after a cancel was asked for', async () => {
    const job = await started()
    expect((await jobs.requestCancel(rig.store, { id: job.id, owner })).outcome).toBe('requested')
    expect(await jobs.finish(rig.store, { id: job.id, attempt: 1, result: success })).toBeUndefined()
    expect((await jobs.get(rig.store, { id: job.id }))?.state).toBe('running')
    expect(await jobs.finish(rig.store, { id: job.id, attempt: 1, result: { state: 'cancelled' } })).toHaveLength(1)
    expect(await jobs.get(rig.store, { id: job.id })).toMatchObject({ state: 'cancelled', outputs: [] })
  })

  test('and cancel at the same moment: exactly one of them wins', async () => {
    for (let round = 0; round < 20; round++) {
      const job = await started()
      const [end, cancel] = await Promise.all([
        jobs.finish(rig.store, { id: job.id, attempt: 1, result: success }),
        jobs.requestCancel(rig.store, { id: job.id, owner }),
      ])
      expect(cancel.outcome).toBe(end ? 'already-final' : 'requested')
    }
  })

  test('as failed keeps the error', async () => {
    const job = await started()
    const error = { code: 'engine-crashed' as const, message: 'it fell over', retryable: false }
    await jobs.finish(rig.store, { id: job.id, attempt: 1, result: { state: 'failed', error } })
    expect(await jobs.get(rig.store, { id: job.id })).toMatchObject({ state: 'failed', error, output: null })
    expect((await events.list(rig.store, { job: job.id })).at(-1)).toMatchObject({ type: 'failed', error })
  })
})

test('standings say which attempts to stop, and why', async () => {
  const [going, wanted, lost, waiting] = [await started(), await started(), await started(), await queued()]
  await jobs.requestCancel(rig.store, { id: wanted.id, owner })
  await jobs.requeue(rig.store, { id: lost.id, attempt: 1, reason: 'test' })
  const found = await jobs.standings(
    rig.store,
    [going, wanted, lost, waiting, { id: 'gone', attempt: 1 }].map(({ id }) => ({ id, attempt: 1 })),
  )
  expect(found).toEqual(
    new Map([
      [going.id, 'running'],
      [wanted.id, 'cancel-requested'],
      [lost.id, 'lost'],
      [waiting.id, 'running'],
      ['gone', 'lost'],
    ]),
  )
  await jobs.requestCancel(rig.store, { id: waiting.id, owner })
  expect((await jobs.standings(rig.store, [{ id: waiting.id, attempt: 1 }])).get(waiting.id)).toBe('cancel-requested')
})
