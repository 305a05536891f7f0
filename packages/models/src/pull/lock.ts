import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '@hearth/contract'

/** Whether the process that wrote a lock file still runs; false where there is no such file. */
export async function isLocked(file: string): Promise<boolean> {
  const text = await readText(file)
  return text !== undefined && (await isAlive(text))
}

/**
 * Does some work while holding a lock file that names this process. A lock left by a process that has ended is taken
 * over.
 * @throws AppError `conflict` while another process, or another call in this one, holds it.
 */
export async function withLock<T>(file: string, what: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true })
  await acquire(file, what)
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

async function acquire(file: string, what: string): Promise<void> {
  const mine = `${process.pid} ${await startOf(process.pid)}\n`
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      await writeFile(file, mine, { flag: 'wx' })
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const held = await readText(file)
    if (held === undefined) continue
    if (await isAlive(held)) break
    await takeAway(file, held)
  }
  throw new AppError('conflict', `${what} is already under way`, {
    hint: 'Wait for it, or cancel it first.',
    retryable: true,
  })
}

/** Moves a stale lock aside; if somebody else took over in the meantime, theirs is put back. */
async function takeAway(file: string, stale: string): Promise<void> {
  const aside = `${file}.${process.pid}`
  try {
    await rename(file, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if ((await readText(aside)) !== stale) await link(aside, file)
  await rm(aside, { force: true })
}

async function isAlive(lock: string): Promise<boolean> {
  const [pid, start] = lock.trim().split(' ')
  const number = Number(pid)
  if (!Number.isInteger(number) || number <= 0) return false
  try {
    process.kill(number, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  // Numbers of processes are used again: the time of its start tells another process from the one that locked.
  return (await startOf(number)) === start
}

/** When a process started, in the kernel's own count; `0` where the system does not tell. */
async function startOf(pid: number): Promise<string> {
  const text = await readText(`/proc/${pid}/stat`)
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '0'
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ESRCH') return undefined
    throw error
  }
}
