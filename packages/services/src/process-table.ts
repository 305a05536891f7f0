import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { AppError } from '@hearth/contract'

const run = promisify(execFile)

/** Command line of a process, with spaces between the words; undefined if there is no such process. */
export async function commandOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') {
      const line = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
      // A zombie has an empty line: it is over, only not yet collected.
      return line === '' ? undefined : line
    }
    const { stdout } = await run('ps', ['-o', 'command=', '-p', `${pid}`])
    return stdout.trim() || undefined
  } catch {
    return undefined
  }
}

/**
 * When a process began, in whatever form the system tells it; undefined if there is no such process. With the number
 * it names one process for ever, although numbers are given anew.
 */
export async function startOf(pid: number): Promise<string | undefined> {
  try {
    if (process.platform === 'linux') {
      // The name of the program, in brackets, may hold anything; the 20th word after it is the time.
      const words = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ').at(-1)?.split(' ') ?? []
      return words[0] === 'Z' ? undefined : words[19]
    }
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', `${pid}`])
    return stdout.trim() || undefined
  } catch {
    return undefined
  }
}

export async function isRunning(pid: number, marker: string): Promise<boolean> {
  return (await commandOf(pid))?.includes(marker) ?? false
}

/**
 * Ends a server that an earlier supervisor left behind.
 * @param marker part of its command line, so that nobody else's process is hit after the number was given anew.
 */
export async function endOrphan(pid: number, marker: string, signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
  const seconds = 15
  for (const word of [signal, 'SIGKILL'] as const) {
    if (!(await isRunning(pid, marker))) return
    try {
      process.kill(pid, word)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
      return
    }
    const deadline = Date.now() + seconds * 1000
    while (Date.now() < deadline && (await isRunning(pid, marker))) await delay(50)
  }
  if (await isRunning(pid, marker)) {
    throw new AppError('unavailable', `Process ${pid} (${marker}) of an earlier start does not end.`, {
      hint: `End it by hand: kill -9 ${pid}`,
    })
  }
}
