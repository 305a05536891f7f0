import { open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { listFiles } from '../folder.ts'
import { type Manifest, manifestName } from '../manifest.ts'

/**
 * Makes a finished folder the model: manifest last, everything on the disk itself, then one rename. A model that was
 * there before is gone only when the new one has its place.
 */
export async function install(files: string, target: string, replaced: string, manifest: Manifest): Promise<void> {
  await writeFile(join(files, manifestName), `${JSON.stringify(manifest, null, 2)}\n`)
  const paths = (await listFiles(files)).map(({ path }) => join(files, path))
  for (const path of paths) await sync(path)
  for (const folder of new Set(paths.map(dirname))) await sync(folder)
  await rm(replaced, { recursive: true, force: true })
  if (await stat(target).catch(() => undefined)) await rename(target, replaced)
  await rename(files, target)
  await sync(dirname(target))
  await rm(replaced, { recursive: true, force: true })
}

/** Makes the bytes of a file, or the names in a folder, outlive a loss of power. */
async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
