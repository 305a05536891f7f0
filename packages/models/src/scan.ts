import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import {
  AppError,
  type Checkpoint,
  type CheckpointEntry,
  type Family,
  type FolderDescription,
  type ModelView,
} from '@hearth/contract'
import { type CatalogueEntry, fold } from './catalogue.ts'
import { type Digests, unverified } from './digest.ts'
import {
  type FolderFile,
  isPickle,
  isWeights,
  listFiles,
  pickleReason,
  signature,
  sumBytes,
  viewFolder,
} from './folder.ts'
import { type Manifest, manifestName, readManifest } from './manifest.ts'
import type { ModelsOptions } from './options.ts'

/** A model on this machine. */
export interface Installed {
  checkpoint: Checkpoint
  origin: NonNullable<ModelView['origin']>
  notes: string[]
}

/** A folder that should be a model and cannot be used. */
export interface Broken {
  id: string
  dir: string
  origin: NonNullable<ModelView['origin']>
  reason: string
  bytes: number
}

export interface Scan {
  /** Catalogue first, then folders by name, then built-in ones. */
  installed: Installed[]
  broken: Broken[]
}

/** A folder to look at, before it is known what it holds. */
interface Candidate {
  dir: string
  /** Relative to the models' root, or the entry's id. */
  name: string
  origin: Broken['origin']
  entry: CatalogueEntry | undefined
}

type Outcome = { installed: Installed } | { broken: Broken } | undefined

/** Looks at the disk at each call; a folder that has not changed is not described again. */
export function createScanner(options: ModelsOptions, catalogue: readonly CatalogueEntry[], digests: Digests) {
  const known = new Map<string, { signature: string; outcome: Outcome }>()
  const builtin = options.families.flatMap(family => family.builtin ?? [])

  async function inspect(candidate: Candidate): Promise<Outcome> {
    const { dir, name, origin } = candidate
    try {
      const files = await listFiles(dir)
      const seen = signature(files)
      const earlier = known.get(dir)
      if (earlier?.signature === seen) return refreshDigest(earlier.outcome, seen, digests)
      const outcome = await describeFolder(candidate, files, options.families, catalogue)
      known.set(dir, { signature: seen, outcome })
      return refreshDigest(outcome, seen, digests)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { broken: { id: candidate.entry?.id ?? folderId(name), dir, origin, reason: error.message, bytes: 0 } }
    }
  }

  return async function scan(): Promise<Scan> {
    const result: Scan = { installed: [], broken: [] }
    const taken = new Set<string>()
    for (const candidate of await findCandidates(options, catalogue)) {
      const outcome = await inspect(candidate)
      if (!outcome) continue
      const id = 'installed' in outcome ? outcome.installed.checkpoint.id : outcome.broken.id
      // The first of two with the same id is used: places are listed in the order of trust.
      if (taken.has(fold(id))) continue
      taken.add(fold(id))
      if ('installed' in outcome) result.installed.push(outcome.installed)
      else result.broken.push(outcome.broken)
    }
    for (const checkpoint of builtin) result.installed.push({ checkpoint, origin: 'builtin', notes: [] })
    const place = (item: Installed) => {
      if (item.origin === 'builtin') return catalogue.length + 1
      const index = catalogue.findIndex(({ id }) => id === item.checkpoint.id)
      return index < 0 ? catalogue.length : index
    }
    result.installed.sort((a, b) => place(a) - place(b))
    return result
  }
}

async function refreshDigest(outcome: Outcome, seen: string, digests: Digests): Promise<Outcome> {
  if (!outcome || 'broken' in outcome || outcome.installed.checkpoint.digest !== unverified) return outcome
  const { checkpoint } = outcome.installed
  const digest = (await digests.known(checkpoint.dir, seen)) ?? unverified
  return { installed: { ...outcome.installed, checkpoint: { ...checkpoint, digest } } }
}

/** Folders of the checkout named by `repo` sources, then those under the models' root, one and two levels deep. */
async function findCandidates(options: ModelsOptions, catalogue: readonly CatalogueEntry[]): Promise<Candidate[]> {
  const { repo, roots } = options.config
  const candidates: Candidate[] = []
  const claimed = new Set<string>()
  for (const entry of catalogue) {
    for (const source of entry.sources) {
      if (source.kind !== 'repo') continue
      const dir = isAbsolute(source.path) ? source.path : join(repo, source.path)
      if (!(await isFolder(dir))) continue
      claimed.add(await realpath(dir))
      candidates.push({ dir, name: entry.id, origin: 'repo', entry })
      break
    }
  }
  const add = async (name: string): Promise<boolean> => {
    const dir = join(roots.models, name)
    if (claimed.has(await realpath(dir))) return true
    const names = await readdir(dir)
    const loose = names.some(
      file => file === manifestName || isWeights(file) || isPickle(file) || file.endsWith('.json'),
    )
    if (!loose) return false
    candidates.push({ dir, name, origin: names.includes(manifestName) ? 'pulled' : 'folder', entry: undefined })
    return true
  }
  for (const top of await subfolders(roots.models)) {
    if (await add(top)) continue
    for (const inner of await subfolders(join(roots.models, top))) await add(`${top}/${inner}`)
  }
  return candidates
}

async function describeFolder(
  candidate: Candidate,
  files: readonly FolderFile[],
  families: readonly Family[],
  catalogue: readonly CatalogueEntry[],
): Promise<Outcome> {
  const { dir, name, origin } = candidate
  const manifest = origin === 'repo' ? undefined : await readManifest(dir)
  const entry = candidate.entry ?? entryOf(name, manifest, catalogue)
  const id = entry?.id ?? manifest?.id ?? folderId(name)
  const familyId = entry?.family.id ?? manifest?.family
  const broken = (reason: string): Outcome => ({ broken: { id, dir, origin, reason, bytes: sumBytes(files) } })

  const missing = manifest ? missingFile(manifest, files) : entry ? missingFile(entry, files) : undefined
  if (missing) return broken(missing)
  const view = viewFolder(dir, files)
  const asked = familyId === undefined ? families : families.filter(family => family.id === familyId)
  for (const family of asked) {
    const description = family.describe
      ? await family.describe(view)
      : entry && { title: entry.title, tasks: [...family.tasks], precision: entry.precision, defaults: {} }
    if (!description) continue
    const checkpoint = makeCheckpoint({ id, name, dir, family, description, entry, manifest, files })
    return { installed: { checkpoint, origin, notes: pickleNotes(files) } }
  }
  if (files.some(({ path }) => isPickle(path)) && !files.some(({ path }) => isWeights(path))) {
    return broken(`it holds only pickle files (${namesOf(files)}): ${pickleReason}`)
  }
  if (familyId !== undefined) return broken(`its files are not in the layout of ${familyId}`)
  return files.some(({ path }) => isWeights(path)) ? broken('no family knows the layout of this folder') : undefined
}

function makeCheckpoint(from: {
  id: string
  name: string
  dir: string
  family: Family
  description: FolderDescription
  entry: CheckpointEntry | undefined
  manifest: Manifest | undefined
  files: readonly FolderFile[]
}): Checkpoint {
  const { id, name, dir, family, description, entry, manifest, files } = from
  const spoken = [name, basename(name), description.title].filter(text => fold(text) !== fold(id))
  return {
    id,
    family: family.id,
    title: entry?.title ?? description.title,
    description: entry?.description ?? '',
    aliases: entry ? entry.aliases : [...new Set(spoken)],
    licence: entry?.licence ?? { id: manifest?.licence.id ?? 'unknown', must_accept: false },
    precision: description.precision,
    starter: entry?.starter ?? false,
    defaults: { ...description.defaults, ...entry?.defaults },
    example_prompts: entry?.example_prompts ?? [],
    dir,
    bytes: sumBytes(files.filter(({ path }) => !isPickle(path))),
    digest: manifest?.digest ?? unverified,
    tasks: description.tasks.filter(task => family.tasks.includes(task)),
  }
}

/** A folder is an entry's if a pull put it there, or if it carries the entry's id or its name at a hub. */
function entryOf(
  name: string,
  manifest: Manifest | undefined,
  catalogue: readonly CatalogueEntry[],
): CatalogueEntry | undefined {
  if (manifest) return catalogue.find(({ id }) => id === manifest.id)
  return catalogue.find(({ id }) => fold(id) === fold(name))
}

function missingFile(
  listed: { files: readonly { path: string; bytes: number }[] },
  files: readonly FolderFile[],
): string | undefined {
  for (const { path, bytes } of listed.files) {
    const file = files.find(candidate => candidate.path === path)
    if (!file) return `${path} is missing`
    if (file.bytes !== bytes) return `${path} has ${file.bytes} bytes instead of ${bytes}`
  }
  return undefined
}

function pickleNotes(files: readonly FolderFile[]): string[] {
  return files.some(({ path }) => isPickle(path)) ? [`Ignored ${namesOf(files)}: ${pickleReason}.`] : []
}

function namesOf(files: readonly FolderFile[]): string {
  const names = files.map(({ path }) => path).filter(isPickle)
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
}

/** `Org/My Model` becomes `org--my-model`: an id that fits into addresses. */
function folderId(name: string): string {
  const id = fold(name)
    .replaceAll('/', '--')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
  return id === '' ? 'model' : id
}

async function subfolders(dir: string): Promise<string[]> {
  let names: string[]
  try {
    names = await readdir(dir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  const kept: string[] = []
  for (const name of names.sort()) if (!name.startsWith('.') && (await isFolder(join(dir, name)))) kept.push(name)
  return kept
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}
