import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Config } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { type DumpedRow, load, migrate, openStore } from '@hearth/store'
import { extract } from 'tar'
import { startServers } from '../supervisor/servers.ts'
import { type About, aboutFile, exists, filesUnder, folders, readAbout, rowsFile, sha256Of } from './contents.ts'

export interface RestoreResult {
  about: About
  /** Rows by table. */
  rows: Record<string, number>
  files: number
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
    const rows = await restoreRows(config, about, join(draft, rowsFile))
    const files = await moveFiles(config, draft)
    return { about, rows, files }
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

async function restoreRows(config: Config, about: About, file: string): Promise<Record<string, number>> {
  const servers = await startServers({ ...config, redisUrl: 'redis://unused' }, { say: console.error, onStart() {} })
  let done = false
  try {
    const store = openStore({ url: servers.databaseUrl, max: 2 })
    try {
      await migrate(store, about.migrations)
      const rows = await load(store, readRows(file))
      await migrate(store)
      done = true
      return rows
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
