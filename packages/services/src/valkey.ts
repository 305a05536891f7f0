import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { AppError } from '@hearth/contract'
import { type Leashed, type Service, spawnLeashed } from './leash.ts'
import { logMark, logTail } from './log-tail.ts'
import { endOrphan } from './process-table.ts'
import { valkeyBinary } from './valkey-binary.ts'

export interface ValkeyOptions {
  /** Folder of its append-only file; made on the first start. Its log lies beside it as `<dir>.log`. */
  dir: string
  /** Port on loopback. */
  port: number
  password: string
  /** The server program; found or fetched by `valkeyBinary()` if not given. */
  binary?: string
  /** False writes nothing to disk; for tests. Default true. */
  durable?: boolean
}

/** Longest start, replay of the append-only file included, in seconds. */
const startLimit = 60

/**
 * Starts the embedded Valkey of a folder and waits until it answers. What it holds may be rebuilt from Postgres, so
 * an append-only file that cannot be read is put aside. It ends with this process, SIGKILL included.
 * @throws AppError unavailable, with the last lines of its log.
 */
export async function startValkey(options: ValkeyOptions): Promise<Service> {
  const { dir, port, password } = options
  const binary = options.binary ?? (await valkeyBinary()).path
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const conf = join(dir, 'valkey.conf')
  await writeFile(conf, configuration(options), { mode: 0o600 })
  await clearOrphan(dir, conf)
  const logFile = `${dir}.log`
  for (let attempt = 1; ; attempt += 1) {
    const mark = await logMark(logFile)
    const leashed = await spawnLeashed({
      command: binary,
      args: [conf],
      cwd: dir,
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
      logFile,
      stopSignal: 'SIGTERM',
    })
    if (await becameReady(leashed, port, password)) {
      const url = `redis://:${encodeURIComponent(password)}@127.0.0.1:${port}/0`
      return { ...leashed, url, port }
    }
    await leashed.stop()
    const tail = await logTail(logFile, mark)
    if (attempt > 1 || !/append only file|AOF/i.test(tail)) throw startError(tail, logFile, port)
    await rename(join(dir, 'appendonlydir'), join(dir, `appendonlydir.unreadable-${Date.now()}`))
  }
}

function startError(tail: string, logFile: string, port: number): AppError {
  const taken = /Address already in use|Could not create server TCP/.test(tail)
  return new AppError('unavailable', `Valkey did not start:\n${tail}`, {
    hint: taken ? `Another program listens on port ${port} of 127.0.0.1.` : `Its log is ${logFile}.`,
  })
}

function configuration({ dir, port, password, durable = true }: ValkeyOptions): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass "${password}"`,
    `dir "${dir}"`,
    `pidfile "${join(dir, 'valkey.pid')}"`,
    'daemonize no',
    // Its command line goes on naming this file, by which an orphan is known.
    'set-proc-title no',
    'logfile ""',
    `appendonly ${durable ? 'yes' : 'no'}`,
    'appendfsync everysec',
    'save ""',
    // A queue that drops entries when memory is short loses jobs; BullMQ asks for this too.
    'maxmemory-policy noeviction',
    '',
  ].join('\n')
}

async function becameReady(leashed: Leashed, port: number, password: string): Promise<boolean> {
  let ended = false
  void leashed.exited.then(() => {
    ended = true
  })
  const deadline = Date.now() + startLimit * 1000
  while (!ended && Date.now() < deadline) {
    if (await answers(port, password)) return !ended
    await delay(20)
  }
  return false
}

/** Whether a server there takes this password and has its data loaded. */
function answers(port: number, password: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1' })
    let text = ''
    socket.setTimeout(1000, () => socket.destroy())
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
    socket.on('connect', () => socket.write(`AUTH ${password}\r\nPING\r\n`))
    socket.on('data', chunk => {
      text += chunk.toString()
      if (text.split('\r\n').length < 3) return
      resolve(text.startsWith('+OK\r\n+PONG'))
      socket.destroy()
    })
  })
}

async function clearOrphan(dir: string, conf: string): Promise<void> {
  const pid = await readFile(join(dir, 'valkey.pid'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (pid !== undefined) await endOrphan(Number(pid), conf, 'SIGTERM')
}
