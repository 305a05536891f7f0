import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobEvent } from '@hearth/contract'
import { cancel, subscribe } from '@hearth/jobs'
import { laneOf } from '@hearth/runtime'
import { jobs, runs } from '@hearth/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { host, isAlive, openSpine, type Spine, until } from './worker-under-test.ts'

let spine: Spine

beforeAll(async () => {
  spine = await openSpine()
  await spine.start({ HEARTH_CANCEL_GRACE: '1', HEARTH_KEY: 'a-secret-of-the-owner' })
})
afterAll(() => spine?.stop())

/** The engine that holds this model, once it is idle. */
async function engineOf(model: string): Promise<number> {
  const list = await until(`${model} is idle`, spine.residents, residents =>
    residents.some(resident => resident.model === model && resident.state === 'idle'),
  )
  return list.find(resident => resident.model === model)?.pid ?? 0
}

/** Names in the job's output folder; empty if there is none. */
async function kept(id: string): Promise<string[]> {
  const days = await readdir(join(spine.data, 'outputs'))
  const folders = await Promise.all(days.map(day => readdir(join(spine.data, 'outputs', day))))
  const day = days.find((_, index) => folders[index]?.includes(id))
  return day === undefined ? [] : (await readdir(join(spine.data, 'outputs', day, id))).sort()
}

/** Without progress, of which a quick job keeps more or less. */
function milestones(history: string[]): string[] {
  return history.filter(type => type !== 'progress')
}

async function staged(): Promise<string[]> {
  return readdir(join(spine.data, 'outputs', '.staging'))
}

describe('a job', () => {
  it('runs in an engine process and leaves outputs, job.json, events and statistics', async () => {
    const id = await spine.echo({ text: 'hello', steps: 3, step_ms: 5, bytes: 1000 })
    const row = await spine.reach(id, 'succeeded', 'failed')
    expect(row.error).toBeNull()
    expect(row.output).toEqual({ text: 'hello', steps: 3, file: 'echo.txt' })
    expect(row.outputs.map(file => [file.name, file.bytes])).toEqual([
      ['echo.txt', 5],
      ['noise.bin', 1000],
    ])
    expect(await kept(id)).toEqual(['echo.txt', 'job.json', 'noise.bin'])
    const folder = join(spine.data, 'outputs', row.createdAt.toISOString().slice(0, 10), id)
    expect(await readFile(join(folder, 'echo.txt'), 'utf8')).toBe('hello')
    const record = JSON.parse(await readFile(join(folder, 'job.json'), 'utf8'))
    const model = { id: 'echo', family: 'echo', digest: 'builtin' }
    expect(record).toMatchObject({ id, task: 'echo', model, input: { text: 'hello' }, device: 'cpu', attempt: 1 })
    expect(record.timings.run_seconds).toBeGreaterThan(0)
    const history = await spine.history(id)
    expect(history.slice(0, 2)).toEqual(['queued', 'started'])
    expect(history.slice(-3)).toEqual(['output', 'output', 'succeeded'])
    // What it streams is kept where the task says so, and this one does not.
    expect(history).not.toContain('chunk')
    const known = { model: 'echo', device: 'cpu', task: 'echo', host }
    const seconds = await until(
      'the run is remembered',
      () => runs.estimate(spine.store, { ...known, work: 15 }),
      Boolean,
    )
    expect(seconds).toBeGreaterThan(0.01)
    expect(await runs.estimateLoad(spine.store, known)).toBeGreaterThan(0)
  })

  it('finds its model in memory the second time', async () => {
    const before = await engineOf('echo')
    await spine.reach(await spine.echo({ text: 'again' }), 'succeeded')
    expect(await engineOf('echo')).toBe(before)
    expect(isAlive(before)).toBe(true)
  })

  it('tells progress and previews while it runs, and how long it will take', async () => {
    const heard: JobEvent[] = []
    const end = subscribe(spine.queue, event => heard.push(event))
    await spine.queue.bus.listening()
    const id = await spine.echo({ text: 'slow', steps: 8, step_ms: 120, previews: true })
    await spine.reach(id, 'succeeded')
    end()
    const own = heard.filter(event => event.job === id)
    const progress = own.filter(event => event.type === 'progress')
    expect(progress.length).toBeGreaterThan(3)
    progress.forEach((event, index) => {
      expect(event.done).toBeGreaterThanOrEqual(progress[index - 1]?.done ?? 0)
    })
    const half = progress.find(event => event.done === 4)
    expect(half?.seconds_left).toBeGreaterThan(0.1)
    expect(half?.seconds_left).toBeLessThan(10)
    expect(own.some(event => event.type === 'preview')).toBe(true)
    expect((await jobs.preview(spine.store, { id }))?.bytes).toBeUndefined()
  })

  it('fails with the words of the task, and leaves nothing', async () => {
    const id = await spine.echo({ text: 'x', steps: 5, fail_at: 2 })
    const row = await spine.reach(id, 'failed', 'succeeded')
    expect(row.error).toMatchObject({ code: 'internal', message: 'echo failed at step 2, as asked' })
    expect(milestones(await spine.history(id))).toEqual(['queued', 'started', 'failed'])
    expect(await kept(id)).toEqual([])
    expect(await staged()).toEqual([])
  })

  it('fails without a second try when its model cannot be loaded', async () => {
    const row = await spine.reach(await spine.echo({ text: 'x' }, 'echo-broken'), 'failed', 'succeeded')
    expect(row).toMatchObject({ attempt: 1, error: { code: 'model-broken', message: 'echo-broken cannot be loaded' } })
    await until('its engine is gone', spine.residents, list => list.every(({ model }) => model !== 'echo-broken'))
  })

  it('fails when nobody knows its model', async () => {
    const row = await spine.reach(await spine.echo({ text: 'x' }, 'no-such-model'), 'failed', 'succeeded')
    expect(row.error).toMatchObject({ code: 'not-found' })
  })

  it('runs in a process that was told no secret', async () => {
    const environment = await readFile(`/proc/${await engineOf('echo')}/environ`, 'utf8')
    const names = environment.split('\0').map(line => line.split('=')[0])
    expect(names).toContain('HEARTH_DATA')
    for (const secret of ['DATABASE_URL', 'REDIS_URL', 'HEARTH_KEY', 'HEARTH_OWNER_KEY']) {
      expect(names).not.toContain(secret)
    }
  })
})

describe('a job that takes no device', () => {
  it('does not wait behind one that does', async () => {
    const drawing = await spine.echo({ text: 'x', steps: 400, step_ms: 50 })
    await spine.progressed(drawing, 1)
    const pull = { task: 'pull-model', model: 'downloader', family: 'downloads', input: { model: 'no-such-model' } }
    const id = await spine.submit({ ...pull, lane: laneOf('none') })
    const row = await spine.reach(id, 'succeeded', 'failed')
    expect(row).toMatchObject({ device: 'none', error: { code: 'not-found' } })
    expect(row.error?.message).toContain('no-such-model')
    await spine.reach(drawing, 'running')
    await cancel(spine.queue, { id: drawing })
    await spine.reach(drawing, 'cancelled')
  })
})

describe('a cancel', () => {
  it('ends a running job within two steps, and nothing is kept', async () => {
    let done = 0
    const end = subscribe(spine.queue, event => {
      if (event.type === 'progress') done = event.done
    })
    await spine.queue.bus.listening()
    const engine = await engineOf('echo')
    const id = await spine.echo({ text: 'x', steps: 200, step_ms: 300 })
    await until(
      'some steps are made',
      () => done,
      count => count >= 3,
    )
    await cancel(spine.queue, { id })
    const atCancel = done
    await spine.reach(id, 'cancelled', 'succeeded', 'failed')
    end()
    expect(done - atCancel).toBeLessThanOrEqual(2)
    expect((await spine.history(id)).at(-1)).toBe('cancelled')
    expect(await kept(id)).toEqual([])
    expect(await staged()).toEqual([])
    // An engine that answers keeps its model.
    expect(await engineOf('echo')).toBe(engine)
  })

  it('kills an engine that does not answer, and the job is cancelled all the same', async () => {
    const engine = await engineOf('echo')
    const id = await spine.echo({ text: 'x', steps: 10, step_ms: 50, hang_at: 4 })
    await spine.progressed(id, 3)
    await cancel(spine.queue, { id })
    await spine.reach(id, 'cancelled')
    expect(await kept(id)).toEqual([])
    await until(
      'the engine is gone',
      () => isAlive(engine),
      alive => !alive,
    )
    // The device is free for the next.
    await spine.reach(await spine.echo({ text: 'next' }), 'succeeded')
    expect(await engineOf('echo')).not.toBe(engine)
  })

  it('ends a waiting job at once, though a worker holds it', async () => {
    const first = await spine.echo({ text: 'x', steps: 100, step_ms: 50 })
    await spine.progressed(first, 1)
    const second = await spine.echo({ text: 'y' }, 'echo-large-a')
    await cancel(spine.queue, { id: second })
    expect(await spine.history(second)).toEqual(['queued', 'cancelled'])
    await cancel(spine.queue, { id: first })
    await spine.reach(first, 'cancelled')
  })
})

describe('an engine that crashes', () => {
  it('is replaced, and the job tried again; the second time it fails with the last words', async () => {
    const id = await spine.echo({ text: 'x', steps: 5, crash_at: 2 })
    const row = await spine.reach(id, 'failed', 'succeeded')
    expect(row).toMatchObject({ attempt: 2, error: { code: 'engine-crashed' } })
    expect(row.error?.message).toContain('SIGSEGV')
    expect(row.error?.message).toContain('echo: crashing at step 2, as asked')
    expect(milestones(await spine.history(id))).toEqual(['queued', 'started', 'queued', 'started', 'failed'])
    expect(await staged()).toEqual([])
  })

  it('costs a job nothing if it happens once', async () => {
    const id = await spine.echo({ text: 'survivor', steps: 40, step_ms: 25 })
    await spine.progressed(id, 2)
    const [engine] = (await spine.residents()).filter(({ model, pid }) => model === 'echo' && pid)
    process.kill(engine?.pid ?? 0, 'SIGKILL')
    const row = await spine.reach(id, 'succeeded', 'failed')
    expect(row).toMatchObject({ state: 'succeeded', attempt: 2 })
    expect(await kept(id)).toEqual(['echo.txt', 'job.json'])
  })
})

describe('memory', () => {
  it('is made by ending the model that was idle longest', async () => {
    await spine.reach(await spine.echo({ text: 'a' }, 'echo-large-a'), 'succeeded')
    const first = await engineOf('echo-large-a')
    await spine.reach(await spine.echo({ text: 'b' }, 'echo-large-b'), 'succeeded')
    await engineOf('echo-large-b')
    expect(isAlive(first)).toBe(false)
    expect((await spine.residents()).map(({ model }) => model)).not.toContain('echo-large-a')
  })
})
