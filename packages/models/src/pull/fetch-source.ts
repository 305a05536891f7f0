import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError, type CheckpointEntry, type Source } from '@hearth/contract'
import { sourceText } from '../catalogue.ts'
import { listFiles, sumBytes } from '../folder.ts'
import { openSource } from '../sources/open.ts'
import type { Pull } from './context.ts'
import { check, type FetchedFile, fetchOffer, type Report, type Workplace } from './fetch-offer.ts'
import { piecesOf } from './wanted.ts'

/**
 * Gets all files of an entry from one of its sources into the workplace.
 * @throws AppError as `openSource` and `fetchOffer`.
 */
export async function fetchSource(
  source: Source,
  entry: CheckpointEntry,
  place: Workplace,
  pull: Pull,
  report: Report,
): Promise<FetchedFile[]> {
  if (source.kind === 'parts') return fetchParts(source, entry, place, pull, report)
  const offer = await openSource(source, pull)
  pull.log('info', `${entry.id} comes from ${sourceText(source)}`)
  return fetchOffer(offer, entry, place, pull, report)
}

/**
 * Each part is put together in a workplace of its own, since an archive clears the one it is unpacked into. What comes in
 * pieces is joined at the end.
 */
async function fetchParts(
  source: Source & { kind: 'parts' },
  entry: CheckpointEntry,
  place: Workplace,
  pull: Pull,
  report: Report,
): Promise<FetchedFile[]> {
  const pieces = piecesOf(source, entry)
  const fetched: FetchedFile[] = []
  const moves: { from: string; to: string }[] = []
  for (const [index, part] of source.parts.entries()) {
    const share = shareOf({ ...entry, files: pieces }, part.files)
    const dir = join(place.dir, `part-${index}`)
    const own: Workplace = { dir, files: join(dir, 'files') }
    await mkdir(own.files, { recursive: true })
    const before = sumBytes(fetched)
    const add = (done: number) => report(before + Math.min(done, share.bytes), entry.bytes)
    const there = await whole(share, own, pull)
    fetched.push(...(there ?? (await fetchSource(part.source, share, own, pull, add))))
    add(share.bytes)
    for (const path of part.files) moves.push({ from: join(own.files, path), to: join(place.files, path) })
  }
  await rm(place.files, { recursive: true, force: true })
  for (const { from, to } of moves) {
    await mkdir(dirname(to), { recursive: true })
    await rename(from, to)
  }
  return joinPieces(source, entry, fetched, place, pull)
}

/** What was fetched, with whole files in place of their pieces. @throws AppError `model-broken` as `check` does. */
async function joinPieces(
  { joined }: Source & { kind: 'parts' },
  entry: CheckpointEntry,
  fetched: readonly FetchedFile[],
  place: Workplace,
  pull: Pull,
): Promise<FetchedFile[]> {
  const all = new Map(fetched.map(file => [file.path, file]))
  for (const { path, pieces } of joined) {
    const file = entry.files.find(listed => listed.path === path)
    if (!file) continue
    const [first, ...rest] = pieces.map(piece => join(place.files, piece.path))
    const to = join(place.files, path)
    await rename(first ?? to, to)
    for (const from of rest) {
      await pipeline(createReadStream(from), createWriteStream(to, { flags: 'a' }), { signal: pull.signal })
      await rm(from)
    }
    for (const piece of pieces) all.delete(piece.path)
    all.set(path, await check({ ...file, sha256: file.sha256 }, to, pull.signal))
  }
  return [...all.values()]
}

/** The entry as if it were of these files alone. */
function shareOf(entry: CheckpointEntry, paths: readonly string[]): CheckpointEntry {
  const files = entry.files.filter(({ path }) => paths.includes(path))
  return { ...entry, files, bytes: sumBytes(files) }
}

/** The files of a part that an earlier pull has got before it broke off; undefined unless all are there and right. */
async function whole(share: CheckpointEntry, place: Workplace, pull: Pull): Promise<FetchedFile[] | undefined> {
  const there = new Set((await listFiles(place.files)).map(({ path }) => path))
  if (!share.files.every(({ path }) => there.has(path))) return undefined
  try {
    const wanted = share.files.map(file => ({ ...file, sha256: file.sha256 }))
    return await Promise.all(wanted.map(file => check(file, join(place.files, file.path), pull.signal)))
  } catch (error) {
    if (error instanceof AppError && error.code === 'model-broken') return undefined
    throw error
  }
}
