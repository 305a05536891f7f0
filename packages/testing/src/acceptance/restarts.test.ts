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
  hearth = await startTestInstance({ data, env: { HEARTH_DRAIN_GRACE: '1' } })
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

describe('a data folder', () => {
  it('is left by every process when the supervisor is killed, and its job is finished by the next start', async () => {
    const { id } = await order(hearth, long)
    await reach(hearth, id, ['running'])
    const { hearth: supervisor = Number.NaN, ...parts } = hearth.pids()
    const before = processesOf(supervisor).map(({ pid }) => pid)
    for (const pid of Object.values(parts)) expect(before).toContain(pid)
    // Servers, api, worker, engine, and Postgres' own children.
    expect(before.length).toBeGreaterThan(6)
    await hearth.kill()
    await until(
      'all processes to end',
      async () =>
        before.every(pid => !existsSync(`/proc/${pid}`)) && processesOf(supervisor).length === 0 ? true : undefined,
      15,
    )
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
})
