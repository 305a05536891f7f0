import { type ChildProcess, spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { childEnvironment, loadConfig } from '@hearth/config'
import { AppError } from '@hearth/contract'

/** Lines of stderr that are kept to explain a failure. */
const keptLines = 8

/** A run of ffmpeg or ffprobe. */
export interface Program {
  stdin: Writable
  stdout: Readable
  /** Resolves when it has ended well. @throws AppError with its last words; `cancelled` after an abort. */
  ended: Promise<void>
  /** Ends it at once; `ended` then rejects unless it was over. */
  kill(): void
}

export interface ProgramOptions {
  signal?: AbortSignal | undefined
  /** What failed, for the message: `the video cannot be read`. */
  failure: string
  /** What to do about it. Default: what helps with videos. */
  hint?: string
  /** Taken out of what is reported, such as an address that holds a password. */
  secret?: string | undefined
}

/** Starts ffmpeg or ffprobe as HEARTH_FFMPEG has it. Nothing is read from the terminal. */
export function startProgram(name: 'ffmpeg' | 'ffprobe', args: readonly string[], options: ProgramOptions): Program {
  const { signal } = options
  signal?.throwIfAborted()
  // No setting reaches it: what decodes strangers' files need know no secrets.
  const env = { NODE_ENV: 'production', ...childEnvironment([]) } as const
  const child = spawn(pathOf(name), args, { stdio: ['pipe', 'pipe', 'pipe'], env })
  const kill = () => void child.kill('SIGKILL')
  signal?.addEventListener('abort', kill, { once: true })
  const said = lastWords(child)
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', cause => reject(startFailure(cause)))
    child.on('close', (code, by) => {
      if (signal?.aborted) reject(new AppError('cancelled', 'the run was cancelled'))
      else if (code === 0) resolve()
      else reject(explain(options, [...said, ...(by === null ? [] : [`ended by ${by}`])]))
    })
  }).finally(() => signal?.removeEventListener('abort', kill))
  // Whoever iterates over the output hears of it; this only keeps it from being unhandled before that.
  ended.catch(() => undefined)
  // A program that ends early closes its input: `ended` tells why.
  child.stdin.on('error', () => undefined)
  return { stdin: child.stdin, stdout: child.stdout, ended, kill }
}

/** ffprobe lies beside ffmpeg. */
function pathOf(name: 'ffmpeg' | 'ffprobe'): string {
  const { ffmpeg } = loadConfig()
  if (name === 'ffmpeg') return ffmpeg
  return ffmpeg.includes('/') ? join(dirname(ffmpeg), name) : name
}

function startFailure(cause: Error): AppError {
  const missing = 'code' in cause && cause.code === 'ENOENT'
  return new AppError('unavailable', missing ? 'ffmpeg is not installed on this machine' : `ffmpeg: ${cause.message}`, {
    hint: 'Install it (apt install ffmpeg, dnf install ffmpeg, brew install ffmpeg) or set HEARTH_FFMPEG to its path.',
    retryable: false,
    cause,
  })
}

function lastWords(child: ChildProcess): string[] {
  const lines: string[] = []
  let rest = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split(/\r?\n|\r/)
    rest = (parts.pop() ?? '').slice(-1000)
    lines.push(...parts.filter(Boolean))
    lines.splice(0, lines.length - keptLines)
  })
  child.stderr?.on('end', () => {
    if (rest !== '') lines.push(rest)
  })
  return lines
}

function explain({ failure, hint, secret }: ProgramOptions, said: readonly string[]): AppError {
  const text = said.join(' | ').slice(-600)
  const bare = secret === undefined ? text : text.replaceAll(secret, '(address)')
  // Where a part of ffmpeg lies in memory helps nobody.
  const words = bare.replace(/\/\/[^\s/@]+@/g, '//***@').replace(/\[\w+ @ 0x[0-9a-f]+\] /g, '')
  return new AppError('invalid-input', words === '' ? failure : `${failure}: ${words}`, {
    hint: hint ?? 'Play it in a player; if it plays, convert it to MP4 (H.264) and try again.',
  })
}
