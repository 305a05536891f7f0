import { lstat, mkdir, realpath, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError, type CheckpointEntry } from '@hearth/contract'
import { type Digests, hashFile } from './digest.ts'
import { listFiles, sumBytes } from './folder.ts'
import { readManifest } from './manifest.ts'
import { isLocked } from './pull/lock.ts'
import { filesOf, lockOf, partialDir } from './pull/pull.ts'

export interface Verification {
  model: string
  ok: boolean
  /** Of what is on disk now. */
  digest: string
  bytes: number
  /** One line for each file that is missing, too short or changed. */
  problems: string[]
}

/** Reads all files of an installed model and compares them with its manifest, else with the catalogue. */
export async function verifyFolder(
  model: { id: string; dir: string },
  entry: CheckpointEntry | undefined,
  digests: Digests,
  signal?: AbortSignal,
): Promise<Verification> {
  const listed = (await readManifest(model.dir))?.files ?? entry?.files ?? []
  const files = new Map((await listFiles(model.dir)).map(({ path, bytes }) => [path, bytes]))
  const problems: string[] = []
  for (const { path, bytes, sha256 } of listed) {
    const size = files.get(path)
    if (size === undefined) problems.push(`${path} is missing`)
    else if (size !== bytes) problems.push(`${path} has ${size} bytes instead of ${bytes}`)
    else if (sha256 !== undefined) {
      const found = await hashFile(join(model.dir, path), signal)
      if (found !== sha256) problems.push(`${path} has the sha256 ${found} instead of ${sha256}`)
    }
  }
  const bytes = sumBytes([...files.values()].map(size => ({ bytes: size })))
  const digest = await digests.compute(model.dir, signal)
  return { model: model.id, ok: problems.length === 0, digest, bytes, problems }
}

/**
 * Takes a model's folder away: first out of sight by one rename, then from the disk. A link is removed, not what it
 * points to.
 * @throws AppError `forbidden` for a folder that is not below the models' root, `conflict` while it is being pulled.
 */
export async function removeFolder(models: string, id: string, dir: string): Promise<void> {
  if (await isLocked(lockOf(models, id))) {
    throw new AppError('conflict', `${id} is being pulled`, { hint: 'Cancel the pull first.' })
  }
  const parent = await realpath(dirname(dir))
  const root = await realpath(models)
  if (parent !== root && dirname(parent) !== root) {
    throw new AppError('forbidden', `${id} lies outside the folder of models and is not removed`)
  }
  if ((await lstat(dir)).isSymbolicLink()) return await unlink(dir)
  await mkdir(partialDir(models), { recursive: true })
  const aside = join(partialDir(models), `removed-${process.pid}-${Date.now()}`)
  await rename(dir, aside)
  await rm(aside, { recursive: true })
}

/** Throws away what an interrupted pull has left. @throws AppError `conflict` while it runs. */
export async function removePartial(models: string, id: string): Promise<void> {
  if (await isLocked(lockOf(models, id))) {
    throw new AppError('conflict', `${id} is being pulled`, { hint: 'Cancel the pull first.' })
  }
  await rm(join(partialDir(models), id), { recursive: true, force: true })
}

/** What of a pull is on disk, and whether it is under way; undefined where there is none. */
export async function partialState(
  models: string,
  id: string,
): Promise<{ running: boolean; bytes: number } | undefined> {
  const running = await isLocked(lockOf(models, id))
  const dir = dirname(filesOf(models, id))
  if (!(await stat(dir).catch(() => undefined))) return running ? { running, bytes: 0 } : undefined
  const files = (await listFiles(dir)).filter(({ path }) => !path.startsWith('etags/') && path !== 'archive.etag')
  return { running, bytes: sumBytes(files) }
}
