import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '@hearth/contract'
import { list as listTar, type ReadEntry, extract as unpackTar } from 'tar'
import { type Entry, openPromise as openZip } from 'yauzl'
import { explainWrite } from './partial-file.ts'
import { pathBelow, safePath } from './safe-path.ts'
import type { WantedFile } from './wanted.ts'

export interface Archive {
  file: string
  format: 'tar' | 'zip'
  /** The folder of the archive that holds the model. The outermost folder of a tarball does not count. */
  folder: string
}

/** The model's files in an archive, without links. @throws AppError `model-broken` if it cannot be read. */
export async function listArchive(archive: Archive): Promise<WantedFile[]> {
  const files: WantedFile[] = []
  const add = (name: string, bytes: number) => {
    const path = pathBelow(name, archive.folder)
    if (path !== undefined) files.push({ path, bytes, sha256: undefined })
  }
  await reading(async () => {
    if (archive.format === 'tar') {
      const onReadEntry = (entry: ReadEntry) => {
        if (entry.type === 'File' || entry.type === 'OldFile') add(withoutOutermost(entry.path), entry.size)
      }
      await listTar({ file: archive.file, strict: true, onReadEntry })
    } else await eachInZip(archive, async entry => add(entry.fileName, entry.uncompressedSize))
  })
  return files
}

/** Writes some of an archive's files, named as `listArchive` names them, below a folder. */
export async function unpack(
  archive: Archive,
  wanted: ReadonlySet<string>,
  into: string,
  signal: AbortSignal,
): Promise<void> {
  for (const path of wanted) safePath(path)
  await mkdir(into, { recursive: true })
  await reading(async () => {
    if (archive.format === 'tar') await fromTar(archive, wanted, into)
    else await fromZip(archive, wanted, into, signal)
  })
  signal.throwIfAborted()
}

async function fromTar(archive: Archive, wanted: ReadonlySet<string>, into: string): Promise<void> {
  const folder = archive.folder.replace(/^\.?\/*|\/+$/g, '')
  const depth = folder === '' ? 0 : folder.split('/').length
  for (const single of [false, true]) {
    await unpackTar({
      file: archive.file,
      cwd: into,
      // A model that is one file is named by its full path; then that name stays.
      strip: single ? depth : depth + 1,
      strict: true,
      preserveOwner: false,
      noMtime: true,
      filter: (name, entry) => {
        const inner = withoutOutermost(name)
        const path = pathBelow(inner, folder)
        const file = 'type' in entry && (entry.type === 'File' || entry.type === 'OldFile')
        return file && path !== undefined && wanted.has(path) && (inner === folder) === single
      },
    })
  }
}

async function fromZip(archive: Archive, wanted: ReadonlySet<string>, into: string, signal: AbortSignal) {
  await eachInZip(archive, async (entry, open) => {
    const path = pathBelow(entry.fileName, archive.folder)
    if (path === undefined || !wanted.has(path)) return
    const target = join(into, path)
    await mkdir(dirname(target), { recursive: true })
    const source = await open()
    try {
      await pipeline(source, createWriteStream(target), { signal })
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof Error && 'syscall' in error ? explainWrite(error, target) : error
    }
  })
}

async function eachInZip(
  archive: Archive,
  visit: (entry: Entry, open: () => Promise<NodeJS.ReadableStream>) => Promise<void>,
): Promise<void> {
  const zip = await openZip(archive.file, { autoClose: false })
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith('/') || isLink(entry)) continue
      await visit(entry, () => zip.openReadStreamPromise(entry))
    }
  } finally {
    zip.close()
  }
}

/** Made by a Unix system and marked as a symbolic link. */
function isLink(entry: Entry): boolean {
  return ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000
}

/** npm's tarballs have one folder around everything, mostly `package`. */
function withoutOutermost(path: string): string {
  return path.slice(path.indexOf('/') + 1)
}

async function reading(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (error instanceof AppError || (error instanceof Error && error.name === 'AbortError')) throw error
    const text = error instanceof Error ? error.message : String(error)
    throw new AppError('model-broken', `the archive cannot be read: ${text}`, { cause: error })
  }
}
