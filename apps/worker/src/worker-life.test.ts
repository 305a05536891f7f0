import type { ChildProcess } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cancel } from '@hearth/jobs'
import { workers } from '@hearth/store'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { end, isAlive, openSpine, type Spine, until } from './worker-under-test.ts'

let spine: Spine
let worker: ChildProcess

beforeAll(async () => {
  spine = await openSpine()
})
afterEach(() => end(worker, 'SIGKILL'))
afterAll(() => spine?.stop())

/** Process numbers of the engines that this worker started. */
async function enginesOf(process: ChildProcess): Promise<number[]> {
  const text = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  return text.trim().split(/\s+/).filter(Boolean).map(Number)
}

async function gone(pids: number[]): Promise<void> {
  await until(
    `${pids} are gone`,
    () => pids.filter(isAlive),
    alive => alive.length === 0,
  )
}

describe('a worker that is killed', () => {
  it('leaves no engine, and the next worker finishes its job', async () => {
    worker = await spine.start()
    const id = await spine.echo({ text: 'passed on', steps: 60, step_ms: 30 })
    await spine.progressed(id, 3)
    const engines = await enginesOf(worker)
    expect(engines.length).toBe(1)
    await end(worker, 'SIGKILL')
    await gone(engines)
    worker = await spine.start()
    const row = await spine.reach(id, 'succeeded', 'failed')
    expect(row).toMatchObject({ state: 'succeeded', attempt: 2, output: { text: 'passed on' } })
    const history = await spine.history(id)
    expect(history.filter(type => type === 'succeeded').length).toBe(1)
    expect(await readdir(join(spine.data, 'outputs', '.staging'))).toEqual([])
  })

  it('leaves no engine that is stuck in a native call either', async () => {
    worker = await spine.start()
    const id = await spine.echo({ text: 'x', steps: 9, step_ms: 20, hang_at: 3 })
    await spine.progressed(id, 2)
    const engines = await enginesOf(worker)
    await end(worker, 'SIGKILL')
    await gone(engines)
    // Cancelled while nobody runs it, it does not run again.
    expect(await cancel(spine.queue, { id })).toBe('requested')
    worker = await spine.start()
    await spine.reach(id, 'cancelled')
  })
})

describe('a worker that is told to stop', () => {
  it('finishes what fits into the grace, and leaves what waits', async () => {
    worker = await spine.start({ HEARTH_DRAIN_GRACE: '20' })
    const first = await spine.echo({ text: 'first', steps: 20, step_ms: 50 })
    await spine.progressed(first, 2)
    const second = await spine.echo({ text: 'second', steps: 5 })
    const engines = await enginesOf(worker)
    expect(await end(worker, 'SIGTERM')).toBe(0)
    await gone(engines)
    expect((await spine.reach(first, 'succeeded')).attempt).toBe(1)
    expect((await spine.reach(second, 'queued')).state).toBe('queued')
    expect((await workers.alive(spine.store, 60)).map(view => view.pid)).not.toContain(worker.pid)
    worker = await spine.start()
    await spine.reach(second, 'succeeded')
  })

  it('puts back what does not', async () => {
    worker = await spine.start({ HEARTH_DRAIN_GRACE: '0.2' })
    const id = await spine.echo({ text: 'long', steps: 100, step_ms: 30 })
    await spine.progressed(id, 2)
    const engines = await enginesOf(worker)
    expect(await end(worker, 'SIGTERM')).toBe(0)
    await gone(engines)
    const row = await spine.reach(id, 'queued')
    expect(row).toMatchObject({ attempt: 2, engineCrashes: 0 })
    worker = await spine.start()
    await spine.reach(id, 'succeeded')
  })

  it('puts back a job whose engine does not answer', async () => {
    worker = await spine.start({ HEARTH_DRAIN_GRACE: '0.2', HEARTH_CANCEL_GRACE: '30' })
    const id = await spine.echo({ text: 'x', steps: 9, step_ms: 20, hang_at: 3 })
    await spine.progressed(id, 2)
    const engines = await enginesOf(worker)
    expect(await end(worker, 'SIGTERM')).toBe(0)
    await gone(engines)
    await spine.reach(id, 'queued')
    await cancel(spine.queue, { id })
  })

  it('ends with its supervisor', async () => {
    worker = await spine.start()
    const id = await spine.echo({ text: 'x', steps: 100, step_ms: 50 })
    await spine.progressed(id, 1)
    const pids = [worker.pid ?? 0, ...(await enginesOf(worker))]
    worker.disconnect()
    await gone(pids)
    await cancel(spine.queue, { id })
  })
})

describe('models in memory', () => {
  it('leave it when nobody uses them', async () => {
    worker = await spine.start({ HEARTH_IDLE_TIMEOUT: '0.5' })
    await spine.reach(await spine.echo({ text: 'x' }), 'succeeded')
    const engines = await enginesOf(worker)
    await gone(engines)
    await until('the worker says so', spine.residents, residents => residents.length === 0)
  })

  it('are refused with the numbers where no device can hold them', async () => {
    worker = await spine.start({ HEARTH_MEMORY_GB: '0.5' })
    const row = await spine.reach(await spine.echo({ text: 'x' }, 'echo-large-a'), 'failed', 'succeeded')
    expect(row.error).toMatchObject({ code: 'does-not-fit' })
    expect(row.error?.message).toContain('needs 0.6 GiB')
    expect(row.error?.message).toContain('cpu 0.5 GiB')
  })
})

describe('servers that restart', () => {
  it('cost running and waiting jobs nothing', { timeout: 120_000 }, async () => {
    worker = await spine.start()
    const running = await spine.echo({ text: 'running', steps: 60, step_ms: 50 })
    const waiting = await spine.echo({ text: 'waiting' })
    await spine.progressed(running, 2)
    await Promise.all([spine.services.postgres.kill(), spine.services.valkey.kill()])
    await Promise.all([spine.services.postgres.restart(), spine.services.valkey.restart()])
    for (const id of [running, waiting]) {
      expect((await spine.reach(id, 'succeeded', 'failed')).state).toBe('succeeded')
      expect((await spine.history(id)).filter(type => type === 'succeeded').length).toBe(1)
    }
  })
})
