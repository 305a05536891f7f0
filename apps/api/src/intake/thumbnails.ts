import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type OutputFile } from '@hearth/contract'
import { thumbnail, videoThumbnail } from '@hearth/media'
import type { JobRow } from '@hearth/store'
import type { ApiDeps } from '../deps.ts'

/** Pixels of the longer side. */
export const thumbnailSizes: readonly number[] = [128, 256, 512]

const folder = (deps: ApiDeps, job: string) => join(deps.config.roots.state, 'thumbnails', job)

/** Path of the smaller picture of an output, made when it is first asked for. */
export async function thumbnailPath(deps: ApiDeps, row: JobRow, file: OutputFile, size: number): Promise<string> {
  const isVideo = file.mime.startsWith('video/')
  if (!isVideo && !file.mime.startsWith('image/')) {
    throw new AppError('unsupported-media', `${file.name} is no picture`, { path: ['size'] })
  }
  const path = join(folder(deps, row.id), `${file.name}-${size}.jpg`)
  if (await exists(path)) return path
  const source = deps.files.outputPath({ id: row.id, created_at: row.createdAt }, file.name)
  const small = isVideo
    ? await videoThumbnail(source, size)
    : await thumbnail(new Uint8Array(await readFile(source)), size)
  await mkdir(folder(deps, row.id), { recursive: true })
  const draft = `${path}.${process.pid}-${Math.trunc(performance.now() * 1000)}`
  await writeFile(draft, small)
  await rename(draft, path)
  return path
}

export async function removeThumbnails(deps: ApiDeps, job: string): Promise<void> {
  await rm(folder(deps, job), { recursive: true, force: true })
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}
