import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { listFiles } from '../folder.ts'
import { type Manifest, manifestName } from '../manifest.ts'

/**
 * Makes a finished folder the model: manifest last, everything on the disk itself, then one rename. A model that was
 * there before is gone only when the new one has its place.
 */
export async function install(files: string, target: string, replaced: string, manifest: Manifest): Promise<void> {
  await using handle = await open(join(files, manifestName), 'w')
  await handle.writeFile(`${JSON.stringify(manifest, null, 2)}\n`)
  await handle.sync()
  const folders = new Set((await listFiles(files)).map(({ path }) => dirname(join(files, path))))
  for (const folder of folders) await syncFolder(folder)
  await rm(replaced, { recursive: true, force: true })
  if (await stat(target).catch(() => undefined)) await rename(target, replaced)
  await rename(files, target)
  await syncFolder(dirname(target))
  await rm(replaced, { recursive: true, force: true })
}

/** Makes renames and new names in a folder last. */
async function syncFolder(dir: string): Promise<void> {
  await using handle = await open(dir, 'r')
  await handle.sync()
}
