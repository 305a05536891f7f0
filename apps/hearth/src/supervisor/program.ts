import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AppError } from '@hearth/contract'
import type { Exit } from '@hearth/services'
import type { LogFile } from './log-file.ts'
import type { Running } from './part.ts'

export interface ProgramOptions {
  /** For people. */
  name: string
  /** Absolute path of a TypeScript file that sends `{ type: 'ready' }` to its parent, and ends when the parent does. */
  script: string
  env: Record<string, string>
  /** Receives what it writes. */
  log: LogFile
  /** Seconds from SIGTERM to SIGKILL. */
  grace: number
}

const tether = fileURLToPath(new URL('./tether.cjs', import.meta.url))

/** Longest start, in seconds. */
const startLimit = 120

/** Starts one of Hearth's own programs and waits until it is ready. It is out of reach of the terminal's Ctrl-C. */
export async function startProgram(options: ProgramOptions): Promise<Running> {
  const { name, script, env, log, grace } = options
  const child = fork(script, [], {
    env: { NODE_ENV: 'production', ...env },
    execArgv: ['--require', tether],
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let tail = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (piece: Buffer) => {
      log.write(piece)
      tail = (tail + piece.toString()).slice(-4000)
    })
  }
  const exited = new Promise<Exit>(resolve => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  try {
    await readiness(child, name)
  } catch (error) {
    child.kill('SIGKILL')
    await exited
    throw new AppError('unavailable', `${(error as Error).message}\n${lastLines(tail)}`, { cause: error })
  }
  return { pid: child.pid as number, exited, stop: () => stop(child, grace, exited) }
}

function readiness(child: ChildProcess, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${name} was not ready after ${startLimit} s`)), startLimit * 1000)
    const settle = (error?: Error) => {
      clearTimeout(timer)
      child.removeAllListeners('message')
      if (error) reject(error)
      else resolve()
    }
    child.on('message', message => {
      if (typeof message === 'object' && message !== null && 'type' in message && message.type === 'ready') settle()
    })
    child.once('error', settle)
    child.once('exit', (code, signal) => settle(new Error(`${name} ended at its start (${signal ?? `code ${code}`})`)))
  })
}

async function stop(child: ChildProcess, grace: number, exited: Promise<Exit>): Promise<void> {
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), grace * 1000)
  await exited
  clearTimeout(timer)
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-8).join('\n')
}
