import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { childEnvironment } from '@hearth/config'
import type { ResidentView } from '@hearth/contract'
import { type JobQueue, openQueue, submit } from '@hearth/jobs'
import { events, type JobRow, jobs, migrate, openStore, owners, type Store, workers } from '@hearth/store'
import { startServices, type TestServices } from '@hearth/testing/services'

const program = fileURLToPath(new URL('./main.ts', import.meta.url))

/** Real servers, a data folder, and as many real worker processes as a test starts. */
export interface Spine {
  readonly services: TestServices
  readonly store: Store
  readonly queue: JobQueue
  readonly data: string
  /** Resolves when the worker is ready. Settings are environment variables. */
  start(settings?: Record<string, string>): Promise<ChildProcess>
  /** Queues a job of any task. */
  submit(job: { task: string; model: string; family: string; input: Input; lane?: string }): Promise<string>
  /** Queues an echo job. */
  echo(input: Input, model?: string): Promise<string>
  /** Waits until the job is in one of these states. */
  reach(id: string, ...states: JobRow['state'][]): Promise<JobRow>
  /** Waits until the job has made so many steps. */
  progressed(id: string, done: number): Promise<JobRow>
  /** Models in memory, as the latest heartbeats tell. */
  residents(): Promise<ResidentView[]>
  /** Types of the job's durable events, in order; throws where the numbers have a gap. */
  history(id: string): Promise<string[]>
  stop(): Promise<void>
}

type Input = Record<string, string | number | boolean>

const owner = 'tester'

export async function openSpine(): Promise<Spine> {
  const services = await startServices()
  const data = await mkdtemp(join(tmpdir(), 'hearth-worker-'))
  const store = openStore({ url: services.databaseUrl })
  await migrate(store)
  await owners.create(store, { id: owner, name: owner })
  const queue = openQueue({ redisUrl: services.redisUrl, store })
  const running: ChildProcess[] = []
  const get = async (id: string) => {
    const row = await jobs.get(store, { id })
    if (!row) throw new Error(`job ${id} is gone`)
    return row
  }
  return {
    services,
    store,
    queue,
    data,
    async start(settings = {}) {
      const worker = startWorker(services, data, settings)
      running.push(worker)
      await ready(worker)
      return worker
    },
    submit: async job => (await submit(queue, { ...job, owner })).job.id,
    echo: async (input, model = 'echo') =>
      (await submit(queue, { task: 'echo', owner, model, family: 'echo', input })).job.id,
    reach: (id, ...states) =>
      until(
        `${id} is ${states}`,
        () => get(id),
        row => states.includes(row.state),
      ),
    progressed: (id, done) =>
      until(
        `${id} has made ${done} steps`,
        () => get(id),
        row => (row.progress?.done ?? 0) >= done,
      ),
    // A killed worker stays on the list for a while.
    residents: async () =>
      (await workers.alive(store, 10)).filter(view => isAlive(view.pid)).flatMap(view => view.residents),
    async history(id) {
      const list = await events.list(store, { job: id })
      list.forEach((event, index) => {
        if (event.seq !== index + 1) throw new Error(`event ${index + 1} of job ${id} has the number ${event.seq}`)
      })
      return list.map(event => event.type)
    },
    async stop() {
      await Promise.all(running.map(worker => end(worker, 'SIGKILL')))
      await queue.close()
      await store.close()
      await services.stop()
      // Engines end by themselves when their worker is gone; until then they may still write there.
      await rm(data, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
    },
  }
}

function startWorker(services: TestServices, data: string, settings: Record<string, string>): ChildProcess {
  const environment = {
    NODE_ENV: 'test' as const,
    ...childEnvironment([]),
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
    HEARTH_DATA: data,
    HEARTH_TEST_FAMILIES: '1',
    HEARTH_DEVICE: 'cpu',
    HEARTH_THREADS: '1',
    HEARTH_MEMORY_GB: '1',
    HEARTH_LOG_LEVEL: 'warn',
    ...settings,
  }
  return fork(program, [], { env: environment, execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

async function ready(worker: ChildProcess): Promise<void> {
  const ended = once(worker, 'exit').then(([code]) => {
    throw new Error(`the worker ended with ${code} before it was ready`)
  })
  await Promise.race([once(worker, 'message'), ended])
}

/** Sends a signal and waits until the process is gone. Returns its exit code. */
export async function end(worker: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (worker.exitCode !== null || worker.signalCode !== null) return worker.exitCode
  const gone = once(worker, 'exit')
  worker.kill(signal)
  const [code] = await gone
  return code
}

/** Asks again and again until the answer is good; throws with the last one after 30 s. */
export async function until<T>(what: string, ask: () => Promise<T> | T, good: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const value = await ask()
    if (good(value)) return value
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}; last seen: ${JSON.stringify(value)}`)
    await wait(20)
  }
}

/** Whether a process with this number runs. One that ended and waits for its parent to notice does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ESRCH', 'ENOENT'].includes(String(error.code))) return false
    throw error
  }
}

export const host = hostname()
