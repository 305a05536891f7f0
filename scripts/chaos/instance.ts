import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createWriteStream, existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../../packages/services/src/ports.ts'

export const victims = ['engine', 'worker', 'api', 'postgres', 'valkey', 'supervisor'] as const
export type Victim = (typeof victims)[number]

/** A real Hearth on a folder of its own, whose parts can be killed. */
export interface Instance {
  readonly url: string
  readonly key: string
  readonly data: string
  /** SIGKILL. A supervisor is started again at once; the rest is its business. Resolves false if there was none. */
  kill(victim: Victim): Promise<boolean>
  /** Resolves when jobs would be taken. */
  healthy(seconds: number): Promise<void>
  /** Ends it in order. @returns processes that it left behind. */
  stop(): Promise<number[]>
}

const repo = resolve(import.meta.dirname, '../..')
const key = 'chaos-owner-key-0123456789'
/** Seconds for an engine to be started by the next job. */
const patience = 20

export async function startInstance(data: string): Promise<Instance> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const log = createWriteStream(join(data, 'supervisor.log'), { flags: 'a' })
  const seen = new Set<number>()
  let supervisor: ChildProcess

  const launch = () => {
    supervisor = spawn(process.execPath, [join(repo, 'apps/hearth/src/main.ts'), 'start'], {
      env: { ...process.env, ...settings(data, port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    supervisor.stdout?.pipe(log, { end: false })
    supervisor.stderr?.pipe(log, { end: false })
    if (supervisor.pid) seen.add(supervisor.pid)
  }

  const pidOf = (victim: Victim): number | undefined => {
    if (victim === 'supervisor') return supervisor.pid
    const pids = readPids(data)
    for (const pid of Object.values(pids)) seen.add(pid)
    if (victim !== 'engine') return pids[victim]
    const engines = childrenOf(pids.worker)
    for (const pid of engines) seen.add(pid)
    return engines[0]
  }

  launch()
  return {
    url,
    key,
    data,
    async kill(victim) {
      const deadline = Date.now() + patience * 1000
      let pid = pidOf(victim)
      while ((pid === undefined || !signal(pid)) && Date.now() < deadline) {
        await delay(50)
        pid = pidOf(victim)
      }
      if (Date.now() >= deadline) return false
      if (victim === 'supervisor') {
        await ended(supervisor)
        launch()
      }
      return true
    },
    async healthy(seconds) {
      const deadline = Date.now() + seconds * 1000
      while (!(await isHealthy(url))) {
        if (supervisor.exitCode !== null) throw new Error(`the supervisor ended: see ${join(data, 'supervisor.log')}`)
        if (Date.now() > deadline) throw new Error(`it takes no jobs after ${seconds} s: see ${data}`)
        await delay(100)
      }
    },
    async stop() {
      pidOf('engine')
      supervisor.kill('SIGTERM')
      await ended(supervisor)
      log.end()
      return [...seen].filter(pid => existsSync(`/proc/${pid}`))
    },
  }
}

function settings(data: string, port: number): Record<string, string> {
  return {
    HEARTH_DATA: data,
    HEARTH_PORT: String(port),
    HEARTH_OWNER_KEY: key,
    HEARTH_TEST_FAMILIES: '1',
    HEARTH_DEVICE: 'cpu',
    HEARTH_THREADS: '1',
    HEARTH_JOBS_PER_DEVICE: '2',
    HEARTH_RATE_GENERATE: '1000000',
    HEARTH_RATE_STATUS: '1000000',
  }
}

function readPids(data: string): Record<string, number> {
  const path = join(data, '.hearth/run.json')
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as { pids: Record<string, number> }).pids : {}
}

function childrenOf(parent: number | undefined): number[] {
  if (parent === undefined) return []
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  return rows
    .map(row => row.trim().split(/\s+/).map(Number))
    .filter(([, above]) => above === parent)
    .flatMap(([pid]) => (pid === undefined ? [] : [pid]))
}

/** False if there is no such process any more. */
function signal(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
    throw error
  }
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise(done => {
    if (child.exitCode !== null || child.signalCode !== null) done()
    else child.once('exit', () => done())
  })
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) })).ok
  } catch {
    return false
  }
}
