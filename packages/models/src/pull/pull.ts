import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type CheckpointEntry, toAppError } from '@hearth/contract'
import { sourceText } from '../catalogue.ts'
import { createDigests } from '../digest.ts'
import { listFiles, sumBytes } from '../folder.ts'
import { type Manifest, manifestName, modelDigest, readManifest } from '../manifest.ts'
import type { Pull, PullContext, PullOptions, PullResult } from './context.ts'
import type { FetchedFile, Workplace } from './fetch-offer.ts'
import { fetchSource } from './fetch-source.ts'
import { install } from './install.ts'
import { withLock } from './lock.ts'
import { checkListed } from './wanted.ts'

/** What there is to pull: plain data, as it lies in the snapshot for the engine process. */
export interface PullableEntry extends CheckpointEntry {
  familyId: string
}

export const partialDir = (models: string): string => join(models, '.partial')
export const lockOf = (models: string, id: string): string => join(partialDir(models), `${id}.lock`)
export const filesOf = (models: string, id: string): string => join(partialDir(models), id, 'files')

/**
 * Gets a model of the catalogue onto this machine: the first source that has it, every file checked, put in place by
 * one rename. Done at once if it is there.
 * @throws AppError `forbidden` for a licence that is not accepted, `conflict` while the same model is being pulled,
 * `insufficient-storage`, and where no source could give it, one error that names the reason of each.
 */
export async function pullEntry(
  context: PullContext,
  entry: PullableEntry,
  options: PullOptions = {},
): Promise<PullResult> {
  const started = performance.now()
  const signal = options.signal ?? new AbortController().signal
  const pull: Pull = { context, signal, log: options.log ?? (() => {}) }
  const models = context.config.roots.models
  const result = (bytes: number, digest: string): PullResult => {
    const seconds = Number(((performance.now() - started) / 1000).toFixed(3))
    return { model: entry.id, bytes, digest, seconds }
  }
  const there = await findInstalled(context, entry)
  if (there) {
    options.progress?.(there.bytes, there.bytes, 'already installed')
    return result(there.bytes, there.digest)
  }
  checkLicence(entry, options.acceptLicence ?? false)
  checkListed(entry)
  const files = await withLock(lockOf(models, entry.id), `the pull of ${entry.id}`, async () => {
    const place: Workplace = { dir: join(partialDir(models), entry.id), files: filesOf(models, entry.id) }
    await mkdir(place.files, { recursive: true })
    const { fetched, source } = await fromFirstSource(entry, place, pull, options)
    signal.throwIfAborted()
    await install(place.files, join(models, entry.id), join(place.dir, 'replaced'), {
      format: 1,
      id: entry.id,
      family: entry.familyId,
      source,
      digest: modelDigest(fetched),
      files: fetched,
      licence: { id: entry.licence.id, accepted_at: options.acceptLicence ? new Date().toISOString() : null },
      pulled_at: new Date().toISOString(),
    })
    await rm(place.dir, { recursive: true, force: true })
    return fetched
  })
  return result(sumBytes(files), modelDigest(files))
}

/** @throws AppError `forbidden` where the licence must be accepted and is not. */
export function checkLicence(entry: CheckpointEntry, accepted: boolean): void {
  const { id, url, must_accept } = entry.licence
  if (!must_accept || accepted) return
  throw new AppError(
    'forbidden',
    `${entry.id} is under the licence ${id}, which you must accept before it is fetched`,
    {
      hint: `Read it${url === undefined ? '' : ` at ${url}`}, then send accept_licence, or: hearth pull ${entry.id} --yes`,
      path: ['accept_licence'],
    },
  )
}

/** @throws AppError `conflict` where the model's place is taken by something that no pull has put there. */
async function findInstalled(
  context: PullContext,
  entry: PullableEntry,
): Promise<{ bytes: number; digest: string } | undefined> {
  const { config } = context
  for (const source of entry.sources) {
    if (source.kind !== 'repo') continue
    const dir = join(config.repo, source.path)
    if (!(await isFolder(dir))) continue
    const digest = await createDigests(config.roots.state).compute(dir)
    return { bytes: sumBytes(await listFiles(dir)), digest }
  }
  const target = join(config.roots.models, entry.id)
  if (!(await isFolder(target))) return undefined
  const files = new Map((await listFiles(target)).map(({ path, bytes }) => [path, bytes]))
  const holds = (listed: readonly { path: string; bytes: number }[]) =>
    listed.every(({ path, bytes }) => files.get(path) === bytes)
  if (!files.has(manifestName)) {
    if (entry.files.length > 0 && holds(entry.files)) {
      const digest = await createDigests(config.roots.state).compute(target)
      return { bytes: sumBytes(entry.files), digest }
    }
    throw new AppError('conflict', `the folder ${target} is there already, and no pull has put it there`, {
      hint: 'Move it away or rename it, then pull again.',
    })
  }
  const manifest = await readManifest(target).catch((error: unknown) => {
    // It is written anew by the pull.
    if (error instanceof AppError && error.code === 'model-broken') return undefined
    throw error
  })
  const same = manifest && holds(manifest.files) && entry.files.every(file => namedIn(manifest, file))
  return same ? { bytes: sumBytes(manifest.files), digest: manifest.digest } : undefined
}

function namedIn(manifest: Manifest, file: CheckpointEntry['files'][number]): boolean {
  return manifest.files.some(
    ({ path, sha256 }) => path === file.path && (file.sha256 === undefined || file.sha256 === sha256),
  )
}

async function fromFirstSource(
  entry: PullableEntry,
  place: Workplace,
  pull: Pull,
  options: PullOptions,
): Promise<{ fetched: FetchedFile[]; source: string }> {
  let shown = 0
  const failures: { source: string; error: AppError }[] = []
  for (const source of entry.sources) {
    const text = sourceText(source)
    try {
      const fetched = await fetchSource(source, entry, place, pull, (done, total) => {
        // A file that has to be fetched anew does not take progress back.
        shown = Math.max(shown, Math.min(done, total))
        options.progress?.(shown, total, text)
      })
      return { fetched, source: text }
    } catch (error) {
      pull.signal.throwIfAborted()
      const failure = toAppError(error)
      // Another source does not help against this machine.
      if (failure.code === 'insufficient-storage' || failure.code === 'internal') throw failure
      failures.push({ source: text, error: failure })
      pull.log('warn', `${text}: ${failure.message}`)
    }
  }
  throw allFailed(entry, failures)
}

function allFailed(entry: PullableEntry, failures: { source: string; error: AppError }[]): AppError {
  const [first] = failures
  if (!first) return new AppError('unavailable', `${entry.id} has no source to be pulled from`, { retryable: false })
  if (failures.length === 1) return first.error
  const reasons = failures.map(({ source, error }) => `${source}: ${error.message}`).join('; ')
  const hints = [...new Set(failures.flatMap(({ error }) => error.hint ?? []))]
  return new AppError(first.error.code, `no source could give ${entry.id}. ${reasons}`, {
    hint: hints.join(' '),
    retryable: failures.some(({ error }) => error.retryable),
    cause: new AggregateError(failures.map(({ error }) => error)),
  })
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}
