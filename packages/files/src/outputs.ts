import { createHash } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError, type NewFile, type OutputFile } from '@hearth/contract'
import { renameDurably, syncFolder, writeDurably } from './durable.ts'

/** What the place of a job's files depends on. */
export interface JobPlace {
  id: string
  created_at: Date
}

/** Files of one attempt before it has succeeded: beside their final place, unseen by anybody. */
export interface Staging {
  /** Keeps one file; it is on disk when this resolves. */
  put(file: NewFile): Promise<OutputFile>
  /** Writes `job.json` last and moves everything to its final place at once. */
  commit(jobJson: unknown): Promise<void>
  discard(): Promise<void>
}

const safeName = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/
const safeJob = /^[A-Za-z0-9-]{8,64}$/
export const jobFile = 'job.json'

/** `outputs/<date of creation, UTC>/<job>/`. */
export function outputFolder(root: string, job: JobPlace): string {
  if (!safeJob.test(job.id)) throw new AppError('not-found', 'There is no such job.')
  return join(root, job.created_at.toISOString().slice(0, 10), job.id)
}

/** Path of an output, by the name a client gave. Nothing outside the job's folder can be named. */
export function outputPath(root: string, job: JobPlace, name: string): string {
  if (!safeName.test(name)) throw new AppError('not-found', 'There is no such output.')
  return join(outputFolder(root, job), name)
}

export function stage(root: string, job: JobPlace, attempt: number): Staging {
  const final = outputFolder(root, job)
  const folder = join(root, '.staging', `${job.id}-${attempt}`)
  const made = rm(folder, { recursive: true, force: true }).then(() => mkdir(folder, { recursive: true }))
  // A rejection is reported by whoever awaits `made`; an attempt without files never does.
  made.catch(() => undefined)
  return {
    async put({ name, bytes, mime, width, height, meta }) {
      if (!safeName.test(name) || name === jobFile)
        throw new AppError('internal', `"${name}" is no name for an output.`)
      await made
      await writeDurably(join(folder, name), bytes)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      return {
        name,
        mime,
        bytes: bytes.byteLength,
        sha256,
        ...(width === undefined ? {} : { width }),
        ...(height === undefined ? {} : { height }),
        ...(meta === undefined ? {} : { meta }),
      }
    },
    async commit(jobJson) {
      await made
      await writeDurably(join(folder, jobFile), `${JSON.stringify(jobJson, null, 2)}\n`)
      await syncFolder(folder)
      await mkdir(dirname(final), { recursive: true })
      // An attempt that moved its files and died before the row said so leaves this behind.
      await rm(final, { recursive: true, force: true })
      await renameDurably(folder, final)
    },
    async discard() {
      await made
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Deletes what a job made. */
export async function removeOutputs(root: string, job: JobPlace): Promise<void> {
  await rm(outputFolder(root, job), { recursive: true, force: true })
}

/**
 * Deletes what attempts that are over left in staging.
 * @param isRunning whether this attempt of this job is still at work.
 */
export async function sweepStaging(
  root: string,
  isRunning: (job: string, attempt: number) => Promise<boolean>,
): Promise<number> {
  const staging = join(root, '.staging')
  await mkdir(staging, { recursive: true })
  let swept = 0
  for (const name of await readdir(staging)) {
    const match = /^(.+)-(\d+)$/.exec(name)
    if (match?.[1] && (await isRunning(match[1], Number(match[2])))) continue
    await rm(join(staging, name), { recursive: true, force: true })
    swept += 1
  }
  return swept
}
