import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Checkpoint } from '@hearth/contract'
import { freePort } from '@hearth/services'
import { placeModel } from './pulled-model.ts'

const repo = resolve(fileURLToPath(import.meta.url), '../../../..')

export interface TestInstance {
  url: string
  /** Of the owner: may do everything. */
  key: string
  /** Its data folder. */
  data: string
  /** The one-time sign-in link it printed. */
  link: string
  /** By part: hearth, postgres, valkey, api, worker. Read anew at each call. */
  pids(): Record<string, number>
  /** Everything it printed so far. */
  output(): string
  /** A request with the owner's key. */
  request(path: string, init?: RequestInit): Promise<Response>
  /** The process that a model runs in, and whether it is at work. Rejects if it is not in memory. */
  engine(model: string): Promise<{ pid: number; state: string }>
  /** SIGKILL to the supervisor. */
  kill(): Promise<void>
  /** Orderly end; the data folder stays when it was given. */
  stop(): Promise<void>
}

export interface TestInstanceOptions {
  /** Settings over the defaults of a test. */
  env?: Record<string, string>
  /** An existing data folder; otherwise a new one that is deleted at the end. */
  data?: string
  port?: number
  key?: string
  /** Models that it finds in its folder beside those of the repository; see `pulledModel`. */
  models?: readonly Checkpoint[]
}

interface Worker {
  residents: { model: string; pid: number; state: string }[]
}

/**
 * A whole Hearth, started as a user does, on a data folder and a port of its own.
 * Rejects with what it printed if it ends before it is ready.
 */
export async function startTestInstance(options: TestInstanceOptions = {}): Promise<TestInstance> {
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'hearth-instance-')))
  for (const model of options.models ?? []) await placeModel(model, data)
  const port = options.port ?? (await freePort())
  const key = options.key ?? `hk_${randomBytes(24).toString('hex')}`
  const child = spawn(process.execPath, [join(repo, 'apps/hearth/src/main.ts'), 'start'], {
    cwd: repo,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      HEARTH_DATA: data,
      HEARTH_PORT: String(port),
      HEARTH_OWNER_KEY: key,
      HEARTH_TEST_FAMILIES: '1',
      HEARTH_RATE_GENERATE: '100000',
      HEARTH_RATE_STATUS: '1000000',
      HEARTH_LOG_LEVEL: 'warn',
      HEARTH_PULL_ON_USE: '0',
      ...options.env,
    },
  })
  const output = collect(child)
  const link = await ready(child, output)
  const url = `http://127.0.0.1:${port}`
  const ended = new Promise<void>(done => child.once('exit', () => done()))
  const request: TestInstance['request'] = (path, init = {}) => {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${key}`)
    return fetch(new URL(path, url), { ...init, headers })
  }
  return {
    url,
    key,
    data,
    link,
    pids: () => pidsOf(data, child),
    output: output.text,
    request,
    async engine(model) {
      const { workers } = (await (await request('/api/v1/system')).json()) as { workers: Worker[] }
      const found = workers.flatMap(({ residents }) => residents).find(resident => resident.model === model)
      if (found) return found
      throw new Error(`the model ${model} is not in memory`)
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await ended
      if (options.data === undefined) await rm(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    },
  }
}

function collect(child: ChildProcess) {
  let printed = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', piece => {
      printed += String(piece)
      for (const listener of listeners) listener()
    })
  }
  return { text: () => printed, onPrint: (listener: () => void) => listeners.add(listener) }
}

function ready(child: ChildProcess, output: ReturnType<typeof collect>): Promise<string> {
  return new Promise((resolve, reject) => {
    output.onPrint(() => {
      const link = /Sign in[^:]*: (\S+)/.exec(output.text())?.[1]
      if (link) resolve(link)
    })
    child.once('error', reject)
    child.once('exit', code => reject(new Error(`hearth start ended with ${code}:\n${output.text()}`)))
  })
}

function pidsOf(data: string, child: ChildProcess): Record<string, number> {
  const { pids } = JSON.parse(readFileSync(join(data, '.hearth/run.json'), 'utf8')) as { pids: Record<string, number> }
  return { hearth: child.pid ?? 0, ...pids }
}
