import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Writable } from 'node:stream'
import { type Account, asAccount } from './account.ts'

export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** A running database or queue server. */
export interface Service {
  /** Connection address, password included. */
  url: string
  pid: number
  port: number
  /** Resolves when the process has ended, for whatever reason. */
  exited: Promise<Exit>
  /** Ends it cleanly; resolves when it is gone. */
  stop(): Promise<void>
}

export interface LeashOptions {
  command: string
  args: readonly string[]
  cwd: string
  env: Record<string, string>
  /** Receives stdout and stderr. Kept over restarts, with one predecessor. */
  logFile: string
  /** Signal that asks for a clean and quick end. */
  stopSignal: 'SIGINT' | 'SIGTERM'
  account?: Account | undefined
}

export interface Leashed {
  pid: number
  exited: Promise<Exit>
  stop(): Promise<void>
}

/** Seconds from the stop signal to SIGKILL. */
const stopGrace = 15
const maxLog = 8 * 2 ** 20

/**
 * A shell that leaves a guard behind and becomes the program. The guard reads a pipe whose other end only our process
 * holds: when we die, even by SIGKILL, the pipe closes and the guard ends the program. It is forked twice, so that the
 * program does not inherit a child it knows nothing of.
 */
const script = `
stop=$1; shift
(
  (
    trap '' INT TERM HUP
    read -r word <&3
    [ "$word" = released ] && exit 0
    kill -s "$stop" $$
    tries=0
    while kill -0 $$ && [ $tries -lt ${stopGrace * 10} ]; do sleep 0.1; tries=$((tries + 1)); done
    kill -s KILL $$
  ) >/dev/null 2>&1 &
)
exec 3<&-
exec "$@"
`

/** Starts a program that cannot outlive this process. It is out of reach of the terminal's Ctrl-C. */
export async function spawnLeashed(options: LeashOptions): Promise<Leashed> {
  const { command, args, cwd, env, logFile, stopSignal, account } = options
  const log = openLog(logFile)
  const shell = ['/bin/sh', '-c', script, 'hearth-leash', stopSignal.slice(3), command, ...args]
  const run = asAccount(account, shell)
  const child = spawn(run.command, run.args, {
    cwd,
    env: { NODE_ENV: 'production', ...env },
    detached: true,
    stdio: ['ignore', log, log, 'pipe'],
    ...run.spawn,
  })
  closeSync(log)
  const guard = child.stdio[3] as Writable
  // The guard's end of the pipe goes away when it has done its work; that is no error of ours.
  guard.on('error', () => undefined)
  const exited = new Promise<Exit>(resolve => {
    child.once('exit', (code, signal) => {
      guard.end('released\n')
      resolve({ code, signal })
    })
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  return { pid: child.pid as number, exited, stop: () => stop(child, stopSignal, exited) }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals, exited: Promise<Exit>): Promise<void> {
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), stopGrace * 1000)
  await exited
  clearTimeout(timer)
}

function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true })
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxLog) renameSync(path, `${path}.1`)
  return openSync(path, 'a', 0o600)
}
