import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestInstance, type TestInstance } from '../instance.ts'
import { ended, order, reach, story, until } from './jobs.ts'

let data: string
let hearth: TestInstance

async function start(): Promise<void> {
  hearth = await startTestInstance({ data, env: { HEARTH_DRAIN_GRACE: '1', HEARTH_CANCEL_GRACE: '1' } })
}
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'hearth-restarts-'))
  await start()
})
afterAll(async () => {
  await hearth?.stop()
  await rm(data, { recursive: true, force: true })
})

interface Running {
  pid: number
  parent: number
  command: string
}

/** Everything below a process, and whatever else names the data folder. */
function processesOf(root: number): Running[] {
  const all = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line): Running => {
      const [, pid, parent, command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
      return { pid: Number(pid), parent: Number(parent), command }
    })
  const below = (pid: number): Running[] =>
    all.filter(({ parent }) => parent === pid).flatMap(child => [child, ...below(child.pid)])
  const named = all.filter(({ command }) => command.includes(data))
  return [...new Map([...below(root), ...named].map(one => [one.pid, one])).values()]
}

const long = { input: { text: 'long', steps: 60, step_ms: 100 } }

/** Kills the supervisor; resolves when nothing that belonged to it is left. */
async function killAll(): Promise<void> {
  const { hearth: supervisor = Number.NaN } = hearth.pids()
  const before = processesOf(supervisor).map(({ pid }) => pid)
  await hearth.kill()
  const isGone = async () =>
    before.every(pid => !existsSync(`/proc/${pid}`)) && processesOf(supervisor).length === 0 ? true : undefined
  await until('all processes to end', isGone, 15)
}

describe('a data folder', () => {
  it('is left by every process when the supervisor is killed, and its job is finished by the next start', async () => {
    const { id } = await order(hearth, long)
    await reach(hearth, id, ['running'])
    const { hearth: supervisor = Number.NaN, ...parts } = hearth.pids()
    const before = processesOf(supervisor).map(({ pid }) => pid)
    for (const pid of Object.values(parts)) expect(before).toContain(pid)
    // Servers, api, worker, engine, and Postgres' own children.
    expect(before.length).toBeGreaterThan(6)
    await killAll()
    await start()
    expect(await ended(hearth, id)).toMatchObject({ state: 'succeeded', attempt: 2 })
    const types = (await story(hearth, id)).map(event => event.type).filter(type => type !== 'progress')
    expect(types).toEqual(['queued', 'started', 'queued', 'started', 'output', 'succeeded'])
  })

  it('keeps a job that an orderly stop interrupts, which the next start finishes', async () => {
    const { id } = await order(hearth, long)
    await reach(hearth, id, ['running'])
    const { hearth: supervisor = Number.NaN } = hearth.pids()
    await hearth.stop()
    expect(processesOf(supervisor)).toEqual([])
    await start()
    expect(await ended(hearth, id)).toMatchObject({ state: 'succeeded', attempt: 2 })
    const events = await story(hearth, id)
    expect(events.filter(event => event.type === 'queued').map(event => event.reason)).toEqual([
      undefined,
      'the worker stopped',
    ])
  })

  it('is not held by an engine that hangs: the supervisor takes it along, a cancel ends it', async () => {
    const { id } = await order(hearth, { input: { text: 'stuck', hang_at: 1 } })
    const hung = (times: number) => async () => {
      const { events } = (await (await hearth.request(`/api/v1/jobs/${id}/events?format=json`)).json()) as {
        events: { type: string }[]
      }
      return events.filter(({ type }) => type === 'log').length === times ? true : undefined
    }
    await until('the engine to hang', hung(1))
    await killAll()
    await start()
    await until('the engine to hang again', hung(2))
    expect((await hearth.request(`/api/v1/jobs/${id}/cancel`, { method: 'POST' })).status).toBe(202)
    expect(await ended(hearth, id, 10)).toMatchObject({ state: 'cancelled', outputs: [] })
    const next = await order(hearth, { input: { text: 'goes on' } })
    expect((await ended(hearth, next.id, 20)).state).toBe('succeeded')
  })
})
