import { linkSync, readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '@hearth/contract'
import { startOf } from '@hearth/services'
import { z } from 'zod'

const content = z.object({ pid: z.int(), began: z.string(), purpose: z.string() })
/** The process that works on a data folder. */
export type Holder = z.infer<typeof content>

const lockPath = (state: string) => join(state, 'lock')

/** Who works on this data folder now; undefined for nobody, a process that was killed included. */
export async function lockHolder(state: string): Promise<Holder | undefined> {
  let text: string
  try {
    text = readFileSync(lockPath(state), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  const holder = content.parse(JSON.parse(text))
  return (await startOf(holder.pid)) === holder.began ? holder : undefined
}

/**
 * Takes a data folder for this process alone; the result gives it back. It is free again when the process has ended,
 * however that was.
 * @param purpose what it is taken for, as in "start".
 * @throws AppError conflict naming the process that has it.
 */
export async function takeLock(state: string, purpose: string): Promise<() => void> {
  await mkdir(state, { recursive: true, mode: 0o700 })
  const path = lockPath(state)
  const draft = `${path}.${process.pid}`
  const began = (await startOf(process.pid)) ?? ''
  writeFileSync(draft, JSON.stringify({ pid: process.pid, began, purpose } satisfies Holder), { mode: 0o600 })
  try {
    for (;;) {
      const holder = await lockHolder(state)
      if (holder) throw occupied(holder)
      rmSync(path, { force: true })
      try {
        // Fails if another process was first.
        linkSync(draft, path)
        break
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
    }
    // Another process that found the same dead lock may have put its own in place of ours.
    const holder = await lockHolder(state)
    if (holder && holder.pid !== process.pid) throw occupied(holder)
  } finally {
    unlinkSync(draft)
  }
  return () => rmSync(path, { force: true })
}

function occupied(holder: Holder): AppError {
  return new AppError('conflict', `This data folder is in use by process ${holder.pid} (${holder.purpose}).`, {
    hint: 'Use that one, end it with `hearth stop`, or give this one a folder of its own with HEARTH_DATA.',
  })
}
