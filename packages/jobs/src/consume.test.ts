import { AppError } from '@hearth/contract'
import { jobs } from '@hearth/store'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { cancel, consume, enqueue, retry } from './index.ts'
import { type Rig, reasonOf, startRig, succeed } from './testing/rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

describe('a job', () => {
  test('is queued, started, reported on and finished, and everybody hears it in order', async () => {
    const file = { name: 'a.png', mime: 'image/png', bytes: 1, sha256: 'ff' }
    const stop = rig.consume(async (row, job) => {
      expect(row).toMatchObject({ state: 'queued', attempt: 1 })
      expect(await job.claim('cpu:0')).toBe(true)
      for (let done = 1; done <= 50; done++) job.progress({ done, total: 50 })
      job.preview(new Uint8Array([1, 2, 3]), 'image/jpeg')
      void job.append({ type: 'log', level: 'info', message: 'nearly' })
      expect(await job.finish({ state: 'succeeded', output: { n: 1 }, outputs: [file] })).toBe(true)
    })
    const { id } = await rig.submit()
    const row = await rig.until(id)
    expect(row).toMatchObject({ state: 'succeeded', output: { n: 1 }, outputs: [file], device: 'cpu:0', attempt: 1 })
    expect(row.progress).toEqual({ done: 50, total: 50 })
    expect(await rig.story(id)).toEqual(['queued', 'started', 'progress', 'log', 'output', 'succeeded'])
    await vi.waitFor(() => expect(rig.heard.some(event => event.job === id && event.type === 'succeeded')).toBe(true))
    const mine = rig.heard.filter(event => event.job === id)
    expect(mine.map(event => event.seq)).toEqual(mine.map(event => event.seq).toSorted((a, b) => a - b))
    expect(mine.filter(event => event.type === 'preview')).toMatchObject([{ data: 'AQID', mime: 'image/jpeg' }])
    expect(mine.filter(event => event.type === 'progress').at(-1)).toMatchObject({ done: 50 })
    await stop()
  })

  test('whose handler throws is failed, with what it threw', async () => {
    const stop = rig.consume(async (row, job) => {
      if (row.task === 'early') throw new AppError('does-not-fit', 'it needs 9 GB', { hint: 'take a smaller one' })
      await job.claim('cpu:0')
      if (row.task === 'late') throw new Error('a bug')
    })
    const [early, late, silent] = await Promise.all(['early', 'late', 'silent'].map(task => rig.submit({ task })))
    const error = async (row: { id: string } | undefined) => (await rig.until(row?.id ?? '', 'failed')).error
    expect(await error(early)).toEqual({
      code: 'does-not-fit',
      message: 'it needs 9 GB',
      hint: 'take a smaller one',
      retryable: false,
    })
    expect(await error(late)).toMatchObject({ code: 'internal', message: 'a bug' })
    expect(await error(silent)).toMatchObject({ code: 'internal', message: 'the worker left the job without a result' })
    expect(rig.faults.map(fault => fault.doing)).toEqual(expect.arrayContaining([`run job ${late?.id}`]))
    await stop()
  })

  test('delivered to two workers at the same moment is run by one', async () => {
    const runs: string[] = []
    let claims = 0
    const handle: Parameters<Rig['consume']>[0] = async (row, job) => {
      claims += 1
      if (await job.claim('cpu:0')) {
        runs.push(row.id)
        await job.finish({ state: 'succeeded', output: null, outputs: [] })
      }
    }
    // A second set of messages for the same rows: what a queue that delivers twice looks like.
    const twin = rig.open('twin')
    const stop = new AbortController()
    const done = consume(twin, { worker: { id: 'twin', host: 'twin' }, concurrency: 4, signal: stop.signal, handle })
    const stopFirst = rig.consume(handle, { concurrency: 4 })
    const rows = await Promise.all(Array.from({ length: 30 }, () => rig.submit()))
    await Promise.all(rows.map(row => enqueue(twin, row)))
    await Promise.all(rows.map(row => rig.until(row.id, 'succeeded')))
    expect(runs.toSorted()).toEqual(rows.map(row => row.id).toSorted())
    expect(claims).toBeGreaterThanOrEqual(30)
    for (const row of rows) expect(await rig.story(row.id)).toEqual(['queued', 'started', 'succeeded'])
    stop.abort()
    await done
    await stopFirst()
  })

  test('put back by its handler runs again as the next attempt, also in the same worker', async () => {
    const attempts: number[] = []
    const stop = rig.consume(async (row, job) => {
      attempts.push(row.attempt)
      await job.claim('cpu:0')
      if (row.attempt === 1) expect(await job.requeue('the engine crashed', { engineCrash: true })).toBe('queued')
      else await job.finish({ state: 'succeeded', output: null, outputs: [] })
    })
    const { id } = await rig.submit()
    await rig.until(id, 'succeeded')
    expect(attempts).toEqual([1, 2])
    expect(await rig.story(id)).toEqual(['queued', 'started', 'queued', 'started', 'succeeded'])
    await stop()
  })

  test('that crashes engines twice is failed with the cause', async () => {
    const stop = rig.consume(async (_row, job) => {
      await job.claim('cpu:0')
      await job.requeue('killed by SIGSEGV', { engineCrash: true })
    })
    const { id } = await rig.submit()
    const row = await rig.until(id)
    expect(row).toMatchObject({ state: 'failed', attempt: 2, error: { code: 'engine-crashed' } })
    expect(row.error?.message).toContain('SIGSEGV')
    await stop()
  })

  test('tried again is a new one that points at the old', async () => {
    const { id } = await rig.submit({ input: { prompt: 'x' }, text: 'x', priority: 'low' })
    await expect(retry(rig.queue, { id })).rejects.toMatchObject({ code: 'conflict' })
    await cancel(rig.queue, { id })
    const again = await retry(rig.queue, { id, owner: rig.owner1 })
    expect(again).toMatchObject({
      state: 'queued',
      retryOf: id,
      input: { prompt: 'x' },
      text: 'x',
      priority: 'low',
      attempt: 1,
    })
    await expect(retry(rig.queue, { id, owner: 'other' })).rejects.toMatchObject({ code: 'not-found' })
    await cancel(rig.queue, { id: again.id })
  })
})

describe('the order', () => {
  test('another owner is served next, however many jobs wait', async () => {
    const lane = 'fair'
    const other = await rig.owner()
    for (let n = 0; n < 500; n++) await rig.submit({ lane })
    const served: string[] = []
    const first = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const enough = Promise.withResolvers<void>()
    const stop = rig.consume(
      async (row, job) => {
        served.push(row.owner)
        first.resolve()
        await go.promise
        if (served.length >= 4) enough.resolve()
        await succeed(row, job)
      },
      { lane },
    )
    await first.promise
    await rig.submit({ lane, owner: other })
    go.resolve()
    await enough.promise
    await stop()
    // The first was taken before the other one asked.
    expect(served.slice(0, 4)).toEqual([rig.owner1, other, rig.owner1, rig.owner1])
  })

  test('priorities go first, then turns', async () => {
    const lane = 'priorities'
    const made = new Map<string, string>()
    for (const priority of ['low', 'normal', 'high', 'normal', 'low', 'high'] as const) {
      made.set((await rig.submit({ lane, priority })).id, priority)
    }
    const served: string[] = []
    const all = Promise.withResolvers<void>()
    const stop = rig.consume(
      async (row, job) => {
        served.push(row.id)
        await succeed(row, job)
        if (served.length === made.size) all.resolve()
      },
      { lane },
    )
    await all.promise
    expect(served.map(id => made.get(id))).toEqual(['high', 'high', 'normal', 'normal', 'low', 'low'])
    for (const priority of ['high', 'normal', 'low']) {
      const order = [...made.keys()].filter(id => made.get(id) === priority)
      expect(served.filter(id => order.includes(id))).toEqual(order)
    }
    await stop()
  })
})

describe('cancel', () => {
  test('ends a waiting job at once, and its message comes to nothing', async () => {
    const { id } = await rig.submit({ lane: 'nobody' })
    expect(await cancel(rig.queue, { id, owner: rig.owner1 })).toBe('cancelled')
    expect(await cancel(rig.queue, { id, owner: rig.owner1 })).toBe('already-final')
    await expect(cancel(rig.queue, { id, owner: 'other' })).rejects.toMatchObject({ code: 'not-found' })
    const seen: string[] = []
    const stop = rig.consume(async row => void seen.push(row.id), { lane: 'nobody' })
    const next = await rig.submit({ lane: 'nobody' })
    await rig.until(next.id, 'failed')
    expect(seen).toEqual([next.id])
    expect(await rig.story(id)).toEqual(['queued', 'cancelled'])
    await stop()
  })

  test('aborts a running one; what it returns afterwards is not kept', async () => {
    const claimed = Promise.withResolvers<void>()
    const finished = Promise.withResolvers<boolean>()
    const stop = rig.consume(async (_row, job) => {
      await job.claim('cpu:0')
      claimed.resolve()
      expect(await reasonOf(job.signal)).toMatchObject({ code: 'cancelled' })
      finished.resolve(await job.finish({ state: 'succeeded', output: 'too late', outputs: [] }))
    })
    const { id } = await rig.submit()
    await claimed.promise
    expect(await cancel(rig.queue, { id, owner: rig.owner1 })).toBe('requested')
    expect(await finished.promise).toBe(false)
    expect(await rig.until(id)).toMatchObject({ state: 'cancelled', output: null })
    expect(await rig.story(id)).toEqual(['queued', 'started', 'cancelled'])
    await stop()
  })

  test('ends one whose handler throws because of it', async () => {
    const claimed = Promise.withResolvers<void>()
    const stop = rig.consume(async (_row, job) => {
      await job.claim('cpu:0')
      claimed.resolve()
      throw await reasonOf(job.signal)
    })
    const { id } = await rig.submit()
    await claimed.promise
    await cancel(rig.queue, { id })
    expect((await rig.until(id)).state).toBe('cancelled')
    await stop()
  })

  test('reaches a job that waits in the worker for room', async () => {
    const waiting = Promise.withResolvers<void>()
    const told = Promise.withResolvers<unknown>()
    const stop = rig.consume(async (_row, job) => {
      waiting.resolve()
      told.resolve(await reasonOf(job.signal))
      expect(await job.claim('cpu:0')).toBe(false)
    })
    const { id } = await rig.submit()
    await waiting.promise
    expect(await cancel(rig.queue, { id })).toBe('cancelled')
    expect(await told.promise).toMatchObject({ code: 'cancelled' })
    expect(await rig.story(id)).toEqual(['queued', 'cancelled'])
    await stop()
  })

  test('is noticed in the row when nobody says so on the bus', async () => {
    const claimed = Promise.withResolvers<void>()
    const stop = rig.consume(async (_row, job) => {
      await job.claim('cpu:0')
      claimed.resolve()
      throw await reasonOf(job.signal)
    })
    const { id } = await rig.submit()
    await claimed.promise
    await jobs.requestCancel(rig.store, { id })
    expect((await rig.until(id)).state).toBe('cancelled')
    await stop()
  })

  test('is noticed with the next progress', async () => {
    const stop = rig.consume(async (row, job) => {
      await job.claim('cpu:0')
      await jobs.requestCancel(rig.store, { id: row.id })
      job.progress({ done: 1, total: 2 })
      throw await reasonOf(job.signal)
    })
    const { id } = await rig.submit()
    expect((await rig.until(id)).state).toBe('cancelled')
    await stop()
  })
})

describe('stopping', () => {
  test('lets a running job finish within the grace', async () => {
    const claimed = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const stop = rig.consume(async (_row, job) => {
      await job.claim('cpu:0')
      claimed.resolve()
      await go.promise
      await job.finish({ state: 'succeeded', output: null, outputs: [] })
    })
    const { id } = await rig.submit()
    await claimed.promise
    const ended = stop()
    go.resolve()
    await ended
    expect(await jobs.get(rig.store, { id })).toMatchObject({ state: 'succeeded', attempt: 1 })
  })

  test('puts back what runs longer, and what only waited, for another worker', async () => {
    const reasons: unknown[] = []
    const both = Promise.withResolvers<void>()
    let seen = 0
    const stop = rig.consume(
      async (row, job) => {
        if (row.task === 'long') await job.claim('cpu:0')
        seen += 1
        if (seen === 2) both.resolve()
        const reason = await reasonOf(job.signal)
        reasons.push(reason)
        throw reason
      },
      { concurrency: 2, drainGrace: 0.2 },
    )
    const long = await rig.submit({ task: 'long' })
    const waiting = await rig.submit({ task: 'waiting' })
    await both.promise
    await stop()
    expect(reasons).toMatchObject([{ code: 'unavailable' }, { code: 'unavailable' }])
    expect(await jobs.get(rig.store, { id: long.id })).toMatchObject({ state: 'queued', attempt: 2 })
    expect(await jobs.get(rig.store, { id: waiting.id })).toMatchObject({ state: 'queued', attempt: 2 })
    const next = rig.consume(succeed)
    await Promise.all([long, waiting].map(({ id }) => rig.until(id, 'succeeded')))
    expect(await rig.story(long.id)).toEqual(['queued', 'started', 'queued', 'started', 'succeeded'])
    expect(await rig.story(waiting.id)).toEqual(['queued', 'started', 'succeeded'])
    await next()
  })

  test('does not wait for a handler that hangs, and the fence holds it off', async () => {
    const claimed = Promise.withResolvers<void>()
    const released = Promise.withResolvers<void>()
    const late = Promise.withResolvers<boolean>()
    const stop = rig.consume(
      async (_row, job) => {
        await job.claim('cpu:0')
        claimed.resolve()
        await released.promise
        late.resolve(await job.finish({ state: 'succeeded', output: 'late', outputs: [] }))
      },
      { drainGrace: 0.1, abortGrace: 0.1 },
    )
    const { id } = await rig.submit()
    await claimed.promise
    await stop()
    expect(await jobs.get(rig.store, { id })).toMatchObject({ state: 'queued', attempt: 2 })
    released.resolve()
    expect(await late.promise).toBe(false)
    const next = rig.consume(succeed)
    expect(await rig.until(id, 'succeeded')).toMatchObject({ output: null, attempt: 2 })
    await next()
  })
})
