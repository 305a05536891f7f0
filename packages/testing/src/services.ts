import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort, initPostgres, postgresVersion, type Service, startPostgres, startValkey } from '@hearth/services'

export { freePort }

const run = promisify(execFile)
const password = 'only-for-tests'

export interface TestServer {
  readonly pid: number
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** Starts it on the same port and data, whether it runs or not. */
  restart(): Promise<void>
}

export interface TestServices {
  databaseUrl: string
  redisUrl: string
  postgres: TestServer
  valkey: TestServer & {
    /** Kills it, deletes its data and starts it again. */
    wipe(): Promise<void>
  }
  /** Ends both and deletes their data. */
  stop(): Promise<void>
}

/**
 * A real Postgres (empty) and a real Valkey in a folder of their own, started in well under a second, by the code
 * that the supervisor uses. They end with this process in any case.
 */
export async function startServices(): Promise<TestServices> {
  const dir = await mkdtemp(join(tmpdir(), 'hearth-services-'))
  const cluster = join(dir, 'postgres')
  const queue = join(dir, 'valkey')
  const ports = { postgres: await freePort(), valkey: await freePort() }
  await copyCluster(cluster)
  const [postgres, valkey] = await Promise.all([
    keep(() => startPostgres({ dir: cluster, port: ports.postgres, password, durable: false })),
    keep(() => startValkey({ dir: queue, port: ports.valkey, password })),
  ])
  return {
    databaseUrl: postgres.url,
    redisUrl: valkey.url,
    postgres: postgres.server,
    valkey: {
      ...valkey.server,
      get pid() {
        return valkey.server.pid
      },
      async wipe() {
        await valkey.server.kill()
        await rm(join(queue, 'appendonlydir'), { recursive: true, force: true })
        await valkey.server.restart()
      },
    },
    async stop() {
      await Promise.all([postgres.stop(), valkey.stop()])
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function keep(start: () => Promise<Service>) {
  let service = await start()
  const server: TestServer = {
    get pid() {
      return service.pid
    },
    async kill() {
      process.kill(service.pid, 'SIGKILL')
      await service.exited
    },
    async restart() {
      await service.stop()
      service = await start()
    },
  }
  return { url: service.url, server, stop: () => service.stop() }
}

/** A new cluster costs a second, a copy of one 50 ms: one is made per version of Postgres and kept. */
async function copyCluster(target: string): Promise<void> {
  const repo = resolve(fileURLToPath(import.meta.url), '../../../..')
  const cache = join(repo, 'node_modules/.cache/hearth-testing')
  const template = join(cache, `postgres-${await postgresVersion()}-uid${process.getuid?.() ?? 0}`)
  if (!(await exists(template))) {
    await mkdir(cache, { recursive: true })
    const draft = `${template}.${process.pid}`
    await initPostgres({ dir: draft, port: 0, password, durable: false })
    // Another test process may have been first; then its template serves as well.
    if (await exists(template)) await rm(draft, { recursive: true })
    else await rename(draft, template)
  }
  await run('cp', ['-a', template, target])
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
