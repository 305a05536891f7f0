import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Config } from '@hearth/config'
import { keyFolder, masterKeyFile } from '@hearth/faces/people'
import { z } from 'zod'

/** The part of a backup that says what it is. Its name in the archive is `about.json`; it is the first file. */
export const about = z.object({
  format: z.literal(1),
  version: z.string(),
  created_at: z.iso.datetime(),
  /** Names of the migrations that the rows fit to. */
  migrations: z.array(z.string()),
  weights: z.boolean(),
  /** Whether the keys of registered people are in it. */
  people: z.boolean().default(false),
  /** sha256 of every other file, by its name in the archive. */
  sha256: z.record(z.string(), z.string()),
})
export type About = z.infer<typeof about>

/** Where each data root lies in the archive. */
export const folders = (config: Config) =>
  ({
    outputs: config.roots.outputs,
    uploads: config.roots.uploads,
    datasets: config.roots.datasets,
    models: config.roots.models,
  }) as const

/** Files of the state folder that belong to an installation rather than to one run of it. */
export const stateFiles = ['secret', 'owner-key'] as const
/** What opens the faces of registered people: only in a backup that was asked for it. */
export const peopleFiles = { master: masterKeyFile, keys: keyFolder } as const
export const rowsFile = 'database.jsonl'
export const aboutFile = 'about.json'

/** Files under a folder, relative and with `/`, in order. A folder that is not there has none. */
export async function filesUnder(folder: string): Promise<string[]> {
  let entries: Awaited<ReturnType<typeof listAll>>
  try {
    entries = await listAll(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return entries
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}

const listAll = (folder: string) => readdir(folder, { recursive: true, withFileTypes: true })

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

export async function readAbout(path: string): Promise<About> {
  return about.parse(JSON.parse(await readFile(path, 'utf8')))
}
