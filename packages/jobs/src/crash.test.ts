import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { hostname } from 'node:os'
import { jobs } from '@hearth/store'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Rig, startRig } from './testing/rig.ts'
import type { ChildOptions, ChildReport } from './testing/worker-child.ts'

let rig: Rig
const children: ChildProcess[] = []
beforeEach(async () => {
  rig = await startRig()
})
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill))
  await rig.stop()
})

const within = { timeout: 40_000, interval: 50 }
let started = 0

function worker(options: Partial<ChildOptions> = {}) {
  started += 1
  const child = fork(new URL('./testing/worker-child.ts', import.meta.url), { stdio: 'inherit' })
  children.push(child)
  const reports: ChildReport[] = []
  child.on('message', message => reports.push(message as ChildReport))
  const all: ChildOptions = {
    databaseUrl: rig.services.databaseUrl,
    redisUrl: rig.services.redisUrl,
    id: `child${started}`,
    host: hostname(),
    concurrency: 1,
    work: 100,
    ...options,
  }
  child.send(JSON.stringify(all))
  return { child, reports, id: all.id }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

describe('a worker killed in the middle of a job', () => {
  test('is followed by another on its host, which takes the job at once', async () => {
    const first = worker({ work: 60_000 })
    const { id } = await rig.submit()
    await vi.waitFor(() => expect(first.reports).toHaveLength(1), within)
    await kill(first.child)
    // Its heartbeat is still fresh; what counts is that the process is gone.
    worker()
    const row = await rig.until(id, 'succeeded')
    expect(row).toMatchObject({ attempt: 2, output: 2, lostWorkers: 1 })
    const story = await rig.story(id)
    expect(story.filter(type => type === 'started')).toHaveLength(2)
    expect(story.at(-1)).toBe('succeeded')
  })

  test('is given up by a worker of another host when its heartbeat is too old', async () => {
    const first = worker({ work: 60_000, host: 'elsewhere' })
    const { id } = await rig.submit()
    await vi.waitFor(() => expect(first.reports).toHaveLength(1), within)
    const second = worker()
    const waiting = await rig.submit()
    await rig.until(waiting.id, 'succeeded')
    // A living worker keeps its job, however long that takes.
    expect(await jobs.get(rig.store, { id })).toMatchObject({ state: 'running', workerId: first.id })
    await kill(first.child)
    expect(await rig.until(id, 'succeeded')).toMatchObject({ attempt: 2, workerId: second.id })
  })

  test('leaves waiting jobs that it held to others', async () => {
    const first = worker({ work: 60_000, concurrency: 3 })
    const rows = await Promise.all([1, 2, 3, 4].map(() => rig.submit()))
    await vi.waitFor(() => expect(first.reports).toHaveLength(3), within)
    await kill(first.child)
    worker({ concurrency: 2 })
    for (const row of rows) await rig.until(row.id, 'succeeded')
  })
})

test('a worker told to stop puts its job back and ends', async () => {
  const first = worker({ work: 60_000 })
  const { id } = await rig.submit()
  await vi.waitFor(() => expect(first.reports).toHaveLength(1), within)
  const exited = once(first.child, 'exit')
  first.child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  expect(await jobs.get(rig.store, { id })).toMatchObject({ state: 'queued', attempt: 2, lostWorkers: 0 })
  worker()
  await rig.until(id, 'succeeded')
})

test('whatever is killed in whatever order, every job ends once and every event is there', async () => {
  const random = generator(20)
  const rows: string[] = []
  const reports: ChildReport[][] = []
  const start = () => {
    const made = worker({ work: 150, concurrency: 2, host: `host${Math.floor(random() * 2)}` })
    reports.push(made.reports)
    return made.child
  }
  let pair = [start(), start()]
  for (let round = 0; round < 10; round++) {
    for (let n = 0; n < 4; n++) rows.push((await rig.submit()).id)
    const done = () => reports.flat().filter(report => report.type === 'finished').length
    const seen = done()
    const target = Math.floor(random() * 4)
    if (target === 0) await rig.services.valkey.kill().then(() => rig.services.valkey.restart())
    else if (target === 1) await rig.services.postgres.kill().then(() => rig.services.postgres.restart())
    else {
      const victim = pair[target - 2]
      if (victim) await kill(victim)
      pair = pair.map(child => (child === victim ? start() : child))
    }
    await vi.waitFor(() => expect(done()).toBeGreaterThan(seen), within)
  }
  for (const id of rows) expect((await rig.until(id)).state).toBe('succeeded')
  for (const id of rows) {
    const story = await rig.story(id)
    expect(story.filter(type => type === 'succeeded')).toHaveLength(1)
    expect(story.at(-1)).toBe('succeeded')
  }
  const finished = reports
    .flat()
    .filter(report => report.type === 'finished')
    .map(report => report.job)
  expect(new Set(finished).size).toBe(finished.length)
}, 120_000)

/** Numbers from 0 to 1 that are the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
