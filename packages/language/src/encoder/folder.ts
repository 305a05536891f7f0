import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type FolderView } from '@hearth/contract'

/** A folder as `describe` sees it, for the process that loads it. */
export async function openFolder(dir: string): Promise<FolderView> {
  const names = (await readdir(dir, { recursive: true })).map(name => name.replaceAll('\\', '/'))
  const stats = await Promise.all(names.map(async path => ({ path, entry: await stat(join(dir, path)) })))
  const files = stats.filter(({ entry }) => entry.isFile()).map(({ path, entry }) => ({ path, bytes: entry.size }))
  return {
    files,
    async json(path) {
      return files.some(file => file.path === path) ? readJson(join(dir, path)) : undefined
    },
  }
}

/** @throws AppError `model-broken`. */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new AppError('model-broken', `${path} cannot be read`, { hint: 'Pull the model again.', cause })
  }
}
