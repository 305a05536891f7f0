import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Config } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { type DumpedRow, load, migrate, openStore, people, type Store } from '@hearth/store'
import { extract } from 'tar'
import { startServers } from '../supervisor/servers.ts'
import {
  type About,
  aboutFile,
  exists,
  filesUnder,
  folders,
  peopleFiles,
  readAbout,
  rowsFile,
  sha256Of,
} from './contents.ts'

export interface RestoreResult {
  about: About
  /** Rows by table. */
  rows: Record<string, number>
  files: number
  /** People who were left out: their keys are neither in the file nor on this machine. */
  withoutKeys: number
}

/**
 * Puts a backup into an empty data folder. Everything is unpacked beside its place and checked against its digests
 * before anything is put there; after a failure the folder is as empty as before.
 * @throws AppError conflict if the folder is not empty, invalid-input for a damaged file.
 */
export async function readBackup(config: Config, path: string): Promise<RestoreResult> {
  await requireEmpty(config)
  const { state } = config.roots
  const draft = await mkdtemp(join(state, 'restore-'))
  try {
    const about = await unpack(resolve(path), draft)
    await requireOneMaster(config, draft)
    const { rows, withoutKeys } = await restoreRows(config, about, draft)
    const files = await moveFiles(config, draft)
    return { about, rows, files, withoutKeys }
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function requireEmpty(config: Config): Promise<void> {
  const { state, outputs, uploads, datasets } = config.roots
  await mkdir(state, { recursive: true, mode: 0o700 })
  const kept = [join(state, 'postgres'), join(state, 'secret'), join(state, 'owner-key')]
  for (const path of kept) if (await exists(path)) throw occupied(path)
  for (const folder of [outputs, uploads, datasets]) {
    const names = (await exists(folder)) ? await readdir(folder) : []
    const used = names.filter(name => name !== 'README.md' && !name.startsWith('.'))
    if (used.length > 0) throw occupied(folder)
  }
}

function occupied(path: string): AppError {
  return new AppError('conflict', `The data folder is not empty: ${path} is there.`, {
    hint: 'A backup is restored into an empty folder: HEARTH_DATA=/some/new/folder hearth restore FILE',
  })
}

async function unpack(path: string, draft: string): Promise<About> {
  try {
    await extract({ file: path, cwd: draft, strict: true, preserveOwner: false })
  } catch (cause) {
    throw damaged(path, (cause as Error).message, cause)
  }
  if (!(await exists(join(draft, aboutFile)))) throw damaged(path, `${aboutFile} is missing`)
  const about = await readAbout(join(draft, aboutFile))
  const found = (await filesUnder(draft)).filter(name => name !== aboutFile)
  const missing = Object.keys(about.sha256).filter(name => !found.includes(name))
  if (missing.length > 0) throw damaged(path, `${missing.length} files are missing, such as ${missing[0]}`)
  for (const name of found) {
    if ((await sha256Of(join(draft, name))) !== about.sha256[name])
      throw damaged(path, `${name} is not as it was saved`)
  }
  return about
}

function damaged(path: string, why: string, cause?: unknown): AppError {
  return new AppError('invalid-input', `${path} is not a sound backup: ${why}.`, {
    hint: 'Nothing was restored. Use another copy of the file.',
    cause,
  })
}

/** Keys that are there already, of a database that was lost, are not replaced by those of the file. */
async function requireOneMaster({ roots }: Config, draft: string): Promise<void> {
  const here = join(roots.state, peopleFiles.master)
  const there = join(draft, 'state', peopleFiles.master)
  if (!(await exists(here)) || !(await exists(there)) || (await sha256Of(here)) === (await sha256Of(there))) return
  throw new AppError('conflict', `${here} is another master key than that of the backup.`, {
    hint: 'Move it and the folder people-keys away, or restore into an empty folder.',
  })
}

async function restoreRows(
  config: Config,
  about: About,
  draft: string,
): Promise<{ rows: Record<string, number>; withoutKeys: number }> {
  const servers = await startServers({ ...config, redisUrl: 'redis://unused' }, { say: console.error, onStart() {} })
  let done = false
  try {
    const store = openStore({ url: servers.databaseUrl, max: 2 })
    try {
      await migrate(store, about.migrations)
      const rows = await load(store, readRows(join(draft, rowsFile)))
      await migrate(store)
      const withoutKeys = await dropKeyless(config, store, draft)
      done = true
      return { rows, withoutKeys }
    } finally {
      await store.close()
    }
  } finally {
    for (const part of servers.parts) await part.stop()
    if (!done && config.databaseUrl === undefined) {
      await rm(join(config.roots.state, 'postgres'), { recursive: true, force: true })
    }
  }
}

/** Who has no key any more was erased, or cannot be recognised by what is here: a restore does not bring them back. */
async function dropKeyless(config: Config, store: Store, draft: string): Promise<number> {
  const found = await Promise.all(
    [config.roots.state, join(draft, 'state')].map(folder => filesUnder(join(folder, peopleFiles.keys))),
  )
  const having = new Set(found.flat().map(file => basename(file, '.key')))
  let dropped = 0
  for await (const ids of people.ids(store)) {
    dropped += await people.drop(
      store,
      ids.filter(id => !having.has(id)),
    )
  }
  return dropped
}

async function* readRows(file: string): AsyncGenerator<DumpedRow> {
  for await (const line of lines(file)) {
    const tab = line.indexOf('\t')
    yield { table: String(JSON.parse(line.slice(0, tab))), row: line.slice(tab + 1) }
  }
}

/** Lines as they were written: node:readline also breaks them at U+2028, which a prompt may hold. */
async function* lines(file: string): AsyncGenerator<string> {
  let rest = ''
  for await (const piece of createReadStream(file, 'utf8')) {
    const parts = (rest + piece).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
}

async function moveFiles(config: Config, draft: string): Promise<number> {
  let count = 0
  const places: Record<string, string> = { ...folders(config), state: config.roots.state }
  for (const [name, target] of Object.entries(places)) {
    for (const file of await filesUnder(join(draft, name))) {
      await mkdir(dirname(join(target, file)), { recursive: true })
      await rename(join(draft, name, file), join(target, file))
      count += 1
    }
  }
  return count
}
