import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '@hearth/config'
import type { WorkerView } from '@hearth/contract'
import { createLogger } from '@hearth/log'
import { keys, migrate, owners, type Scope, scopes, workers as workerRows } from '@hearth/store'
import { startServices, type TestServices } from '@hearth/testing/services'
import type { ApiDeps } from './deps.ts'
import { openDeps } from './open-deps.ts'
import { type RunningServer, startServer } from './server.ts'
import { readStudio } from './studio/read-studio.ts'

const workerProgram = fileURLToPath(new URL('../../worker/src/main.ts', import.meta.url))

export interface ApiOptions {
  settings?: Record<string, string>
  /** Starts a real worker too, linked to the api. */
  worker?: boolean
  /** Called with the data folder before anything looks at it. */
  prepare?: (data: string) => Promise<void>
  /** Folder with an exported studio. */
  studio?: string
}

/** The api on real servers, listening on a free port. */
export interface ApiUnderTest {
  readonly deps: ApiDeps
  readonly services: TestServices
  readonly server: RunningServer
  readonly data: string
  readonly url: string
  /** Owner and key with all scopes. */
  readonly owner: string
  readonly key: string
  /** A key with these scopes; of another owner if one is named. */
  makeKey(options?: { scopes?: Scope[]; owner?: string; rateGenerate?: number; rateStatus?: number }): Promise<string>
  makeOwner(name: string): Promise<string>
  /** Asks with the key unless headers say otherwise. */
  ask(path: string, init?: RequestInit & { key?: string | null }): Promise<Response>
  /** The same with a JSON body. */
  post(path: string, body: unknown, init?: RequestInit & { key?: string | null }): Promise<Response>
  /** Starts a real worker and waits until it is linked. */
  startWorker(): Promise<ChildProcess>
  /** Pretends that a worker lives. */
  pretendWorker(memory?: number): Promise<void>
  stop(): Promise<void>
}

export async function startApi({
  settings = {},
  worker = false,
  prepare,
  studio,
}: ApiOptions = {}): Promise<ApiUnderTest> {
  const services = await startServices()
  const data = await mkdtemp(join(tmpdir(), 'hearth-api-'))
  await mkdir(join(data, '.hearth'))
  await prepare?.(data)
  const env = environment(services, data, settings)
  const config = loadConfig(env)
  const deps = openDeps(config, createLogger(config, 'api'))
  await migrate(deps.store)
  const owner = (await owners.first(deps.store, { name: 'tester' })).id
  const makeKey: ApiUnderTest['makeKey'] = async (options = {}) => {
    const { secret } = await keys.create(deps.store, { owner, name: 'test', scopes: [...scopes], ...options })
    return secret
  }
  const key = await makeKey()
  const server = await startServer(deps, {
    host: '127.0.0.1',
    port: 0,
    ...(studio === undefined ? {} : { studio: await readStudio(studio) }),
  })
  await deps.hub.ready()
  const workers: ChildProcess[] = []
  const addWorker = async () => {
    const linked = deps.links.list().length
    const child = await startWorker(env)
    workers.push(child)
    const links = async () => deps.links.list().length
    await until('the worker is linked', links, count => count > linked)
    return child
  }
  if (worker) await addWorker()
  const ask: ApiUnderTest['ask'] = (path, { key: given = key, ...init } = {}) => {
    const headers = new Headers(init.headers)
    if (given !== null) headers.set('authorization', `Bearer ${given}`)
    return fetch(`${server.url}${path}`, { redirect: 'manual', ...init, headers })
  }
  return {
    deps,
    services,
    server,
    data,
    url: server.url,
    owner,
    key,
    makeKey,
    makeOwner: async name => (await owners.create(deps.store, { name })).id,
    ask,
    post(path, body, init = {}) {
      const headers = new Headers(init.headers)
      if (!headers.has('content-type')) headers.set('content-type', 'application/json')
      return ask(path, { ...init, method: 'POST', body: JSON.stringify(body), headers })
    },
    startWorker: addWorker,
    pretendWorker: memory => workerRows.beat(deps.store, pretended(memory)),
    async stop() {
      await Promise.all(workers.map(end))
      await server.close()
      await deps.close()
      await services.stop()
      await rm(data, { recursive: true, force: true })
    },
  }
}

function environment({ databaseUrl, redisUrl }: TestServices, data: string, settings: Record<string, string>) {
  return {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    HEARTH_DATA: data,
    HEARTH_TEST_FAMILIES: '1',
    HEARTH_DEVICE: 'cpu',
    HEARTH_THREADS: '1',
    HEARTH_MEMORY_GB: '2',
    HEARTH_DRAIN_GRACE: '1',
    HEARTH_PULL_ON_USE: '0',
    HEARTH_LOG_LEVEL: process.env.HEARTH_LOG_LEVEL ?? 'silent',
    ...settings,
  }
}

function pretended(memory = 4 * 2 ** 30): WorkerView {
  return {
    id: 'pretended',
    host: 'pretended',
    pid: 1,
    version: '0',
    seen_at: new Date().toISOString(),
    devices: [
      {
        id: 'cpu',
        kind: 'cpu',
        title: 'CPU',
        usable: true,
        reason: 'it is there',
        memory_budget: memory,
        memory_used: 0,
        threads: 1,
      },
    ],
    residents: [],
  }
}

async function startWorker(env: Record<string, string>): Promise<ChildProcess> {
  const child = fork(workerProgram, [], {
    env: { NODE_ENV: 'test', PATH: process.env.PATH, ...env, HEARTH_LOG_LEVEL: 'error' },
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the worker ended with ${code} before it was ready`)
  })
  await Promise.race([once(child, 'message'), ended])
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

/** Asks again until the answer is good; throws with the last one after 30 s. */
export async function until<T>(what: string, ask: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const value = await ask()
    if (good(value)) return value
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}; last seen: ${JSON.stringify(value)}`)
    await wait(20)
  }
}
