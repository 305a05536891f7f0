import { createWriteStream } from 'node:fs'
import { copyFile, link, mkdir, mkdtemp, open, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { finished } from 'node:stream/promises'
import type { Config } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { dump, type Store } from '@hearth/store'
import { create } from 'tar'
import { z } from 'zod'
import { type About, aboutFile, filesUnder, folders, peopleFiles, rowsFile, sha256Of, stateFiles } from './contents.ts'

export interface BackupResult {
  path: string
  bytes: number
  rows: number
  files: number
}

const migrationRow = z.object({ name: z.string() })

/**
 * Writes everything that belongs to an installation into one file: all rows as they are at one moment, outputs,
 * uploads, data sets, the secret, and of the models what they are (with `weights`, the models too). Faces of registered
 * people are in it sealed; with `people` the keys are too, and then no later erasure reaches into the file. Hearth may
 * be running: outputs do not change once they are there. The file appears whole or not at all.
 * @throws AppError conflict if the file exists; invalid-input for a name that tells no packing.
 */
export async function writeBackup(options: {
  config: Config
  store: Store
  path: string
  weights: boolean
  people?: boolean
}): Promise<BackupResult> {
  const { config, store, weights, people = false } = options
  const path = resolve(options.path)
  const packing = packingOf(path)
  await requireNew(path)
  await mkdir(config.roots.state, { recursive: true })
  // Of the same file system as the data, so that its files are linked rather than copied.
  const draft = await mkdtemp(join(config.roots.state, 'backup-'))
  try {
    const { rows, migrations } = await writeRows(store, join(draft, rowsFile))
    await gather(config, draft, { weights, people })
    const names = await filesUnder(draft)
    const sha256: About['sha256'] = {}
    for (const name of names) sha256[name] = await sha256Of(join(draft, name))
    const content: About = {
      format: 1,
      version: config.version,
      created_at: new Date().toISOString(),
      migrations,
      weights,
      people,
      sha256,
    }
    await writeFile(join(draft, aboutFile), JSON.stringify(content, null, 2))
    await create({ file: `${path}.part`, cwd: draft, portable: true, mode: 0o600, ...packing }, [aboutFile, ...names])
    await flush(`${path}.part`)
    await rename(`${path}.part`, path)
    return { path, bytes: (await stat(path)).size, rows, files: names.length - 1 }
  } finally {
    await rm(draft, { recursive: true, force: true })
    await rm(`${path}.part`, { force: true })
  }
}

function packingOf(path: string) {
  if (path.endsWith('.tar')) return {}
  if (/\.(tar\.gz|tgz)$/.test(path)) return { gzip: true }
  if (path.endsWith('.tar.zst')) return { zstd: true }
  throw new AppError('invalid-input', `${path}: the name must end in .tar.zst, .tar.gz or .tar.`, {
    hint: 'hearth backup hearth.tar.zst',
  })
}

async function requireNew(path: string): Promise<void> {
  try {
    await stat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  throw new AppError('conflict', `${path} is there already.`, { hint: 'Choose another name; nothing is overwritten.' })
}

async function writeRows(store: Store, path: string): Promise<{ rows: number; migrations: string[] }> {
  const out = createWriteStream(path, { mode: 0o600 })
  const migrations: string[] = []
  let rows = 0
  for await (const { table, row } of dump(store)) {
    if (table === 'migration') migrations.push(migrationRow.parse(JSON.parse(row)).name)
    if (!out.write(`${JSON.stringify(table)}\t${row}\n`))
      await new Promise<void>(done => out.once('drain', () => done()))
    rows += 1
  }
  out.end()
  await finished(out)
  return { rows, migrations }
}

/** Puts links to all files that are to be kept into the draft, under their names in the archive. */
async function gather(
  config: Config,
  draft: string,
  { weights, people }: { weights: boolean; people: boolean },
): Promise<void> {
  const keys = people ? await filesUnder(join(config.roots.state, peopleFiles.keys)) : []
  const ofPeople = people ? [peopleFiles.master, ...keys.map(file => `${peopleFiles.keys}/${file}`)] : []
  for (const name of [...stateFiles, ...ofPeople])
    await keep(join(config.roots.state, name), join(draft, 'state', name))
  for (const [name, folder] of Object.entries(folders(config))) {
    for (const file of await filesUnder(folder)) {
      if (skipped(name, file, weights)) continue
      await keep(join(folder, file), join(draft, name, file))
    }
  }
}

/** Files in the making, and of the models the weights: a pull brings them again. */
function skipped(root: string, file: string, weights: boolean): boolean {
  if (file === 'README.md' || file.split('/').some(part => part.startsWith('.'))) return true
  if (root !== 'models') return false
  return file.startsWith('starter/') || !(weights || file.endsWith('/hearth.json'))
}

async function keep(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  try {
    await link(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // Deleted since it was listed: then its job is gone or going too.
    if (code === 'ENOENT') return
    if (code !== 'EXDEV' && code !== 'EPERM') throw error
    await copyFile(from, to)
  }
}

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
