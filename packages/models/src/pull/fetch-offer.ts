import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type CheckpointEntry } from '@hearth/contract'
import { hashFile } from '../digest.ts'
import { listFiles, sumBytes } from '../folder.ts'
import { humanBytes } from '../size.ts'
import type { Offer } from '../sources/source.ts'
import type { Pull } from './context.ts'
import { download, forget, type Place } from './download.ts'
import { PartialFile } from './partial-file.ts'
import { listArchive, unpack } from './unpack.ts'
import { chooseFiles, type WantedFile } from './wanted.ts'

/** The folder in which a model is put together, beside `models/<id>`. */
export interface Workplace {
  dir: string
  /** Becomes `models/<id>`. */
  files: string
}

export interface FetchedFile {
  path: string
  bytes: number
  sha256: string
}

/** Progress of one source: bytes of its files, of which total becomes known on the way. */
export type Report = (done: number, total: number) => void

/**
 * Gets all files of an offer into the workplace, continuing what is there.
 * @throws AppError as `download` does; `insufficient-storage` before anything is fetched.
 */
export async function fetchOffer(
  offer: Offer,
  entry: CheckpointEntry,
  place: Workplace,
  pull: Pull,
  report: Report,
): Promise<FetchedFile[]> {
  switch (offer.kind) {
    case 'files':
      return fetchFiles(offer, entry, place, pull, report)
    case 'archive':
      return fetchArchive(offer, entry, place, pull, report)
    case 'folder':
      return copyFolder(offer.dir, entry, place, pull, report)
  }
}

async function fetchFiles(
  offer: Offer & { kind: 'files' },
  entry: CheckpointEntry,
  place: Workplace,
  pull: Pull,
  report: Report,
): Promise<FetchedFile[]> {
  const wanted = chooseFiles(entry, offer.files)
  const total = wanted.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
  await checkSpace(total, wanted, place, pull)
  await keepOnly(wanted, place)
  const fetched: FetchedFile[] = []
  for (const file of wanted) {
    const before = sumBytes(fetched)
    const target = {
      url: file.url,
      headers: offer.headers,
      name: file.path,
      bytes: file.bytes,
      digest: file.sha256 === undefined ? undefined : { algorithm: 'sha256' as const, hex: file.sha256 },
      maxBytes: Math.max(entry.bytes, 2 ** 20),
      hint: offer.hint,
    }
    const done = await download(target, placeOf(place, file.path), pull, bytes => report(before + bytes, total))
    fetched.push({ path: file.path, bytes: done.bytes, sha256: done.digest })
  }
  return fetched
}

async function fetchArchive(
  offer: Offer & { kind: 'archive' },
  entry: CheckpointEntry,
  place: Workplace,
  pull: Pull,
  report: Report,
): Promise<FetchedFile[]> {
  await checkSpace(entry.bytes, [], place, pull)
  const parts = { file: join(place.dir, `archive.${offer.format}`), etag: join(place.dir, `archive.etag`) }
  await download(offer.target, parts, pull, bytes => report(Math.min(bytes, entry.bytes), entry.bytes))
  const archive = { file: parts.file, format: offer.format, folder: offer.folder }
  const wanted = chooseFiles(entry, await listArchive(archive))
  // What is unpacked comes on top of the archive.
  await checkSpace(
    wanted.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    [],
    place,
    pull,
  )
  await rm(place.files, { recursive: true, force: true })
  await unpack(archive, new Set(wanted.map(({ path }) => path)), place.files, pull.signal)
  const fetched: FetchedFile[] = []
  for (const file of wanted) fetched.push(await check(file, join(place.files, file.path), pull.signal))
  await forget(parts)
  report(entry.bytes, entry.bytes)
  return fetched
}

async function copyFolder(
  dir: string,
  entry: CheckpointEntry,
  place: Workplace,
  pull: Pull,
  report: Report,
): Promise<FetchedFile[]> {
  const offered = (await listFiles(dir)).map(({ path, bytes }) => ({ path, bytes, sha256: undefined }))
  const wanted = chooseFiles<WantedFile>(entry, offered)
  const total = wanted.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
  await checkSpace(total, wanted, place, pull)
  await keepOnly([], place)
  let done = 0
  for (const { path } of wanted) {
    const to = placeOf(place, path)
    await PartialFile.use(to, 'sha256', pull.signal, async file => {
      await file.restart()
      for await (const piece of createReadStream(join(dir, path), { highWaterMark: 2 ** 20 })) {
        pull.signal.throwIfAborted()
        await file.write(piece)
        done += piece.length
        report(done, total)
      }
    })
  }
  const fetched: FetchedFile[] = []
  for (const file of wanted) fetched.push(await check(file, join(place.files, file.path), pull.signal))
  return fetched
}

/** @throws AppError `model-broken` where a file is not what the entry says. */
export async function check(file: WantedFile, path: string, signal: AbortSignal): Promise<FetchedFile> {
  const { size } = await stat(path)
  if (file.bytes !== undefined && size !== file.bytes) {
    throw new AppError('model-broken', `${file.path} has ${size} bytes instead of ${file.bytes}`)
  }
  const sha256 = await hashFile(path, signal)
  if (file.sha256 !== undefined && sha256 !== file.sha256) {
    throw new AppError('model-broken', `${file.path} has the sha256 ${sha256} instead of ${file.sha256}`)
  }
  return { path: file.path, bytes: size, sha256 }
}

/** Files of another source or an older catalogue must not end up in the model. */
async function keepOnly(wanted: readonly WantedFile[], place: Workplace): Promise<void> {
  const names = new Set(wanted.map(({ path }) => path))
  const there = await listFiles(place.files).catch(() => [])
  for (const { path } of there) if (!names.has(path)) await forget(placeOf(place, path))
}

function placeOf(place: Workplace, path: string): Place {
  return { file: join(place.files, path), etag: join(place.dir, 'etags', path) }
}

/** A little is left for everybody else: databases on a full disk fail in worse ways than a pull. */
const spare = 256 * 2 ** 20

/** @throws AppError `insufficient-storage` with the numbers. */
async function checkSpace(total: number, wanted: readonly WantedFile[], place: Workplace, pull: Pull): Promise<void> {
  let there = 0
  for (const { path, bytes } of wanted) {
    const size = (await stat(join(place.files, path)).catch(() => undefined))?.size ?? 0
    there += Math.min(size, bytes ?? size)
  }
  const needed = total - there
  const free = await pull.context.freeBytes(place.dir)
  if (needed + spare <= free) return
  throw new AppError(
    'insufficient-storage',
    `${humanBytes(needed)} are to be written and ${humanBytes(free)} are free on the disk of ${place.dir}, of which ${humanBytes(spare)} are left alone`,
    { hint: 'Free some space, or set HEARTH_DATA to a folder on a larger disk.' },
  )
}
