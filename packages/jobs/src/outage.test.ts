import { AppError } from '@hearth/contract'
import { jobs, ping } from '@hearth/store'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { isConnectionError } from './connection.ts'
import { cancel, submit } from './index.ts'
import { type Rig, startRig, succeed } from './testing/rig.ts'

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig.stop())

const within = { timeout: 30_000, interval: 50 }
const unhandled: unknown[] = []
process.on('unhandledRejection', error => unhandled.push(error))

/** Kills the database and waits until nobody answers: a backend may outlive its postmaster by a query. */
async function killDatabase(): Promise<void> {
  await rig.services.postgres.kill()
  await vi.waitFor(() => expect(ping(rig.store)).rejects.toMatchObject({ code: 'unavailable' }), within)
}

/** Handlers that claim and then wait to be let go. */
function gate() {
  const go = Promise.withResolvers<void>()
  const claimed: string[] = []
  const runs = new Map<string, number>()
  return {
    go: go.resolve,
    claimed,
    runs,
    handle: (async (row, job) => {
      if (!(await job.claim('cpu:0'))) return
      claimed.push(row.id)
      await go.promise
      if (await job.finish({ state: 'succeeded', output: null, outputs: [] })) {
        runs.set(row.id, (runs.get(row.id) ?? 0) + 1)
      }
    }) satisfies Parameters<Rig['consume']>[0],
  }
}

describe('a queue server that', () => {
  test('loses all its data while 20 jobs wait and 2 run: all finish, once each', async () => {
    const { go, claimed, runs, handle } = gate()
    const stop = rig.consume(handle, { concurrency: 2 })
    const rows = await Promise.all(Array.from({ length: 22 }, () => rig.submit()))
    await vi.waitFor(() => expect(claimed).toHaveLength(2), within)
    await rig.services.valkey.wipe()
    go()
    const ended = await Promise.all(rows.map(row => rig.until(row.id, 'succeeded')))
    // The row says so before the handler hears of it.
    await stop()
    expect(ended.map(row => row.attempt)).toEqual(rows.map(() => 1))
    expect([...runs.keys()].toSorted()).toEqual(rows.map(row => row.id).toSorted())
    expect([...runs.values()]).toEqual(rows.map(() => 1))
    for (const row of rows) expect(await rig.story(row.id)).toEqual(['queued', 'started', 'succeeded'])
  })

  test('is flushed while it runs: the next round of the reconciler finds out', async () => {
    const { go, claimed, runs, handle } = gate()
    const stop = rig.consume(handle, { concurrency: 1, reconcileEvery: 0.3 })
    const rows = await Promise.all(Array.from({ length: 5 }, () => rig.submit()))
    await vi.waitFor(() => expect(claimed).toHaveLength(1), within)
    await rig.queue.redis.flushall()
    go()
    await Promise.all(rows.map(row => rig.until(row.id, 'succeeded')))
    await stop()
    expect(runs.size).toBe(5)
  })

  test('is away: work is accepted at once and done when it is back', async () => {
    const stop = rig.consume(succeed)
    const before = await rig.submit()
    await rig.until(before.id, 'succeeded')
    await rig.services.valkey.kill()
    const rows = await Promise.all([1, 2, 3].map(() => rig.submit()))
    const unwanted = await rig.submit()
    expect(await cancel(rig.queue, { id: unwanted.id })).toBe('cancelled')
    let gaps = 0
    const forget = rig.queue.bus.subscribe(
      () => undefined,
      () => {
        gaps += 1
      },
    )
    await rig.services.valkey.restart()
    await Promise.all(rows.map(row => rig.until(row.id, 'succeeded')))
    // Listeners know that they missed something.
    await vi.waitFor(() => expect(gaps).toBeGreaterThan(0), within)
    forget()
    expect(await rig.story(unwanted.id)).toEqual(['queued', 'cancelled'])
    await stop()
  })

  test('hangs: work is accepted in time and done when it goes on', async () => {
    const stop = rig.consume(succeed)
    const before = await rig.submit()
    await rig.until(before.id, 'succeeded')
    process.kill(rig.services.valkey.pid, 'SIGSTOP')
    const [row, other] = await Promise.all([rig.submit(), rig.submit()])
    process.kill(rig.services.valkey.pid, 'SIGCONT')
    await Promise.all([row, other].map(({ id }) => rig.until(id, 'succeeded')))
    await stop()
  })

  test('is away when a process starts: the process waits for it', async () => {
    await rig.services.valkey.kill()
    const late = rig.open()
    const { job } = await submit(late, { task: 'draw', owner: rig.owner1, model: 'm', family: 'f', input: {} })
    const stop = rig.consume(succeed)
    await rig.services.valkey.restart()
    await rig.until(job.id, 'succeeded')
    await stop()
  })
})

describe('a database that', () => {
  test('is away while a job runs: events are kept in order, the end is written when it is back', async () => {
    const claimed = Promise.withResolvers<void>()
    const go = Promise.withResolvers<void>()
    const finished = Promise.withResolvers<boolean>()
    const stop = rig.consume(async (_row, job) => {
      await job.claim('cpu:0')
      claimed.resolve()
      await go.promise
      for (let line = 1; line <= 20; line++) {
        void job.append({ type: 'log', level: 'info', message: `line ${line}` })
        job.progress({ done: line, total: 20 })
        job.preview(new Uint8Array([line]), 'image/jpeg')
      }
      finished.resolve(await job.finish({ state: 'succeeded', output: 'kept', outputs: [] }))
    })
    const { id } = await rig.submit()
    await claimed.promise
    await killDatabase()
    go.resolve()
    await expect(rig.submit()).rejects.toMatchObject({ code: 'unavailable', retryAfter: 2 })
    await rig.services.postgres.restart()
    expect(await finished.promise).toBe(true)
    const row = await rig.until(id, 'succeeded')
    expect(row).toMatchObject({ output: 'kept', attempt: 1 })
    const story = (await rig.story(id)).filter(type => type !== 'progress')
    expect(story).toEqual(['queued', 'started', ...Array.from({ length: 20 }, () => 'log'), 'succeeded'])
    const lines = rig.heard
      .filter(event => event.job === id)
      .flatMap(event => (event.type === 'log' ? [event.message] : []))
    expect(lines).toEqual(Array.from({ length: 20 }, (_, index) => `line ${index + 1}`))
    await stop()
  })

  test('dies again and again under a job that talks a lot: nothing is lost, doubled or out of order', async () => {
    const claimed = Promise.withResolvers<void>()
    const enough = Promise.withResolvers<void>()
    let written = 0
    const stop = rig.consume(async (_row, job) => {
      await job.claim('cpu:0')
      claimed.resolve()
      let more = true
      void enough.promise.then(() => {
        more = false
      })
      while (more) {
        written += 1
        await job.append({ type: 'log', level: 'info', message: `line ${written}` })
      }
      await job.finish({ state: 'succeeded', output: written, outputs: [] })
    })
    const { id } = await rig.submit()
    await claimed.promise
    for (let round = 0; round < 4; round++) {
      const before = written
      await vi.waitFor(() => expect(written).toBeGreaterThan(before + 20), within)
      await rig.services.postgres.kill()
      await rig.services.postgres.restart()
    }
    enough.resolve()
    await rig.until(id, 'succeeded')
    const story = await rig.story(id)
    expect(story).toEqual(['queued', 'started', ...Array.from({ length: written }, () => 'log'), 'succeeded'])
    const { rows } = await rig.store.pool.query<{ message: string }>(
      `select body->>'message' as message from job_event where job = $1 and body->>'type' = 'log' order by seq`,
      [id],
    )
    expect(rows.map(row => row.message)).toEqual(Array.from({ length: written }, (_, index) => `line ${index + 1}`))
    await stop()
  })

  test('is away when the worker stops: it stops, and the job is taken back later', async () => {
    const claimed = Promise.withResolvers<void>()
    const finished = Promise.withResolvers<unknown>()
    const stop = rig.consume(
      async (_row, job) => {
        await job.claim('cpu:0')
        claimed.resolve()
        await new Promise(resolve => job.signal.addEventListener('abort', resolve))
        await job.finish({ state: 'succeeded', output: null, outputs: [] }).catch(error => {
          finished.resolve(error)
          throw error
        })
      },
      { drainGrace: 0.1, abortGrace: 0.5 },
    )
    const { id } = await rig.submit()
    await claimed.promise
    await killDatabase()
    await stop()
    expect(await finished.promise).toMatchObject({ code: 'unavailable' })
    await rig.services.postgres.restart()
    await vi.waitFor(() => ping(rig.store), within)
    expect((await jobs.get(rig.store, { id }))?.state).toBe('running')
    const next = rig.consume(succeed, { aliveMaxAge: 0, reconcileEvery: 0.2 })
    expect((await rig.until(id, 'succeeded')).attempt).toBe(2)
    await next()
  })
})

test('both away: new work is refused in time, accepted work is done when they are back', async () => {
  const { go, claimed, runs, handle } = gate()
  const stop = rig.consume(handle, { concurrency: 2 })
  const rows = await Promise.all(Array.from({ length: 6 }, () => rig.submit()))
  await vi.waitFor(() => expect(claimed).toHaveLength(2), within)
  await Promise.all([rig.services.valkey.kill(), killDatabase()])
  await expect(rig.submit()).rejects.toMatchObject({ code: 'unavailable', status: 503, retryAfter: 2 })
  await expect(cancel(rig.queue, { id: 'x' })).rejects.toMatchObject({ code: 'unavailable' })
  go()
  // The loops wait between two attempts to connect; they do not spin.
  const attempts = vi.spyOn(rig.store.pool, 'connect')
  await Promise.all([rig.services.postgres.restart(), rig.services.valkey.restart()])
  expect(attempts.mock.calls.length).toBeLessThan(60)
  attempts.mockRestore()
  await Promise.all(rows.map(row => rig.until(row.id, 'succeeded')))
  await stop()
  expect([...runs.values()]).toEqual(rows.map(() => 1))
})

test('none of it left an unhandled rejection, or a fault beyond what was away', () => {
  expect(unhandled).toEqual([])
  const away = (error: unknown) =>
    isConnectionError(error) || (error instanceof AppError && error.code === 'unavailable')
  expect(rig.faults.filter(({ error }) => !away(error))).toEqual([])
})
