import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '@hearth/contract'
import { postgresAccount } from './account.ts'
import { type Leashed, type Service, spawnLeashed } from './leash.ts'
import { logMark, logTail } from './log-tail.ts'
import { initCluster } from './postgres-cluster.ts'
import { postgresPrograms } from './postgres-programs.ts'
import { endOrphan, isRunning } from './process-table.ts'

export interface PostgresOptions {
  /** Folder of the cluster; made on the first start. Its log lies beside it as `<dir>.log`. */
  dir: string
  /** Port on loopback. */
  port: number
  /** Of the role `hearth`. Fixed when the cluster is made. */
  password: string
  /** False gives up safety against a crash of the machine; for tests. Default true. */
  durable?: boolean
}

/** Longest start, recovery after a crash included, in seconds. */
const startLimit = 120

/** Small for one household: a gigabyte of shared buffers would be taken from the models. */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '64MB',
  max_wal_size: '512MB',
  io_method: 'sync',
  // There is no replica.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
} as const

// synchronous_commit stays on: without it even a killed process loses what it had answered as committed.
const hasty = { fsync: 'off', full_page_writes: 'off' } as const

/** Makes the cluster if the folder has none. Whole or not at all, however it ends. */
export async function initPostgres(options: PostgresOptions): Promise<void> {
  const programs = await postgresPrograms()
  const account = await postgresAccount([options.dir, programs.postgres])
  await initCluster({ ...options, initdb: programs.initdb, account })
}

/**
 * Starts the embedded Postgres of a folder and waits until it takes connections. Ends whatever an earlier start that
 * was killed has left running there. It ends with this process, SIGKILL included.
 * @throws AppError unavailable, with the last lines of its log.
 */
export async function startPostgres(options: PostgresOptions): Promise<Service> {
  const { dir, port, password } = options
  const programs = await postgresPrograms()
  const account = await postgresAccount([dir, programs.postgres])
  await initCluster({ ...options, initdb: programs.initdb, account })
  await clearOrphan(dir)
  const all = { ...settings, port: `${port}`, ...(options.durable === false ? hasty : {}) }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const logFile = `${dir}.log`
  const deadline = Date.now() + startLimit * 1000
  for (;;) {
    const mark = await logMark(logFile)
    const leashed = await spawnLeashed({
      command: programs.postgres,
      args: ['-D', dir, ...flags],
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      logFile,
      stopSignal: 'SIGINT',
      account,
    })
    if (await becameReady(dir, leashed, deadline)) {
      const url = `postgres://hearth:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`
      return { ...leashed, url, port }
    }
    await leashed.stop()
    const tail = await logTail(logFile, mark)
    // Backends of a killed postmaster take a moment to notice; until then their memory is in use.
    if (tail.includes('shared memory block') && Date.now() < deadline) await delay(200)
    else throw startError(tail, logFile, port)
  }
}

function startError(tail: string, logFile: string, port: number): AppError {
  const taken = /could not bind|Address already in use/.test(tail)
  return new AppError('unavailable', `Postgres did not start:\n${tail}`, {
    hint: taken ? `Another program listens on port ${port} of 127.0.0.1.` : `Its log is ${logFile}.`,
  })
}

const pidFile = (dir: string) => join(dir, 'postmaster.pid')

/** The lines of `postmaster.pid`; the 8th says `ready` when connections are taken. */
async function readPidFile(dir: string): Promise<string[] | undefined> {
  try {
    return (await readFile(pidFile(dir), 'utf8')).split('\n')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function becameReady(dir: string, leashed: Leashed, deadline: number): Promise<boolean> {
  let ended = false
  void leashed.exited.then(() => {
    ended = true
  })
  while (!ended && Date.now() < deadline) {
    const lines = await readPidFile(dir)
    if (Number(lines?.[0]) === leashed.pid && lines?.[7]?.trim() === 'ready') return true
    await delay(20)
  }
  return false
}

/** A number that no process has: above the largest that Linux and macOS give. */
const nobody = '4999999'

async function clearOrphan(dir: string): Promise<void> {
  const lines = await readPidFile(dir)
  if (!lines) return
  const pid = Number(lines[0])
  if (await isRunning(pid, `-D ${dir} `)) await endOrphan(pid, `-D ${dir} `, 'SIGINT')
  const left = await readPidFile(dir)
  if (!left) return
  // The number may meanwhile belong to another process, which Postgres would take for itself. The rest of the file
  // stays: by it Postgres sees whether backends of the dead one are still at work.
  await writeFile(pidFile(dir), [nobody, ...left.slice(1)].join('\n'))
}
