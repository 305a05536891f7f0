import { AppError, type CheckpointEntry, type Source } from '@hearth/contract'
import { isPickle, pickleReason } from '../folder.ts'
import { manifestName } from '../manifest.ts'
import { safePath } from './safe-path.ts'

/** A file to be had, as far as it is known before. */
export interface WantedFile {
  path: string
  bytes: number | undefined
  sha256: string | undefined
}

/** Pictures and pages that come along in model folders. */
const trimmings = /(^|\/)(\.[^/]*|readme[^/]*|[^/]*\.(md|png|jpe?g|webp|gif|mp4|ipynb))$/i

/** The same weights in formats for other runtimes, and the code that comes with them. */
const otherFormats = /(\.(safetensors|msgpack|h5|tflite|xml|py)|(^|\/)safety_checker\/[^/]+)$/i

/**
 * Which of a source's files to take: those that the entry lists or names, else all that may be part of a model.
 * @throws AppError `model-broken` for pickle files, for unsafe names and where the source contradicts the entry.
 */
export function chooseFiles<T extends WantedFile>(entry: CheckpointEntry, offered: readonly T[]): (T & WantedFile)[] {
  if (entry.files.length > 0) return entry.files.map(file => matchFile(entry, file, offered))
  if (entry.paths.length > 0) return entry.paths.map(path => offeredAt(entry, path, offered))
  // Publishers keep the same weights in several formats side by side; where there are graphs, they are what runs.
  const graphs = offered.some(({ path }) => path.endsWith('.onnx'))
  const data = offered.filter(
    ({ path }) => !trimmings.test(path) && path !== manifestName && !(graphs && otherFormats.test(path)),
  )
  const kept = data.filter(({ path }) => !isPickle(path))
  if (kept.length === 0) {
    const pickles = data.map(({ path }) => path)
    throw new AppError(
      'model-broken',
      pickles.length > 0
        ? `${entry.id}: the source holds only pickle files (${pickles.slice(0, 3).join(', ')}): ${pickleReason}`
        : `${entry.id}: the source holds no files`,
    )
  }
  return kept.map(file => ({ ...file, path: safePath(file.path) }))
}

/**
 * An entry must not name files that are refused, whatever the source, and a source in parts must name each of its files
 * once. @throws AppError `model-broken`.
 */
export function checkListed(entry: CheckpointEntry): void {
  for (const path of [...entry.files.map(file => file.path), ...entry.paths]) {
    safePath(path)
    if (isPickle(path)) throw new AppError('model-broken', `${entry.id} lists ${path}: ${pickleReason}`)
  }
  for (const source of entry.sources) {
    if (source.kind !== 'parts') continue
    const listed = piecesOf(source, entry).map(({ path }) => safePath(path))
    const named = source.parts.flatMap(({ files }) => files)
    if (named.sort().join('\n') === listed.sort().join('\n')) continue
    throw new AppError('model-broken', `${entry.id}: the parts of its source do not name each of its files once`)
  }
}

/** The entry's files as the parts of a source hold them: what is joined later, in its pieces. */
export function piecesOf({ joined }: Source & { kind: 'parts' }, entry: CheckpointEntry): CheckpointEntry['files'] {
  return entry.files.flatMap(file => joined.find(({ path }) => path === file.path)?.pieces ?? [file])
}

function offeredAt<T extends WantedFile>(entry: CheckpointEntry, wanted: string, offered: readonly T[]): T {
  const found = offered.find(({ path }) => path === wanted)
  if (!found) throw new AppError('model-broken', `${entry.id}: the source does not hold ${wanted}`)
  return found
}

function matchFile<T extends WantedFile>(
  entry: CheckpointEntry,
  listed: CheckpointEntry['files'][number],
  offered: readonly T[],
): T {
  const found = offeredAt(entry, listed.path, offered)
  const broken = (what: string) => new AppError('model-broken', `${entry.id}: the source ${what}`)
  if (found.bytes !== undefined && found.bytes !== listed.bytes) {
    throw broken(`has ${listed.path} with ${found.bytes} bytes instead of ${listed.bytes}`)
  }
  if (found.sha256 !== undefined && listed.sha256 !== undefined && found.sha256 !== listed.sha256) {
    throw broken(`has another ${listed.path}: its sha256 is ${found.sha256} instead of ${listed.sha256}`)
  }
  return { ...found, bytes: listed.bytes, sha256: listed.sha256 ?? found.sha256 }
}
