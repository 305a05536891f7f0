import { basename } from 'node:path'
import {
  AppError,
  type Checkpoint,
  type CheckpointEntry,
  type Family,
  type FolderDescription,
  type FolderView,
} from '@hearth/contract'
import type { Candidate } from './candidates.ts'
import { type CatalogueEntry, fold } from './catalogue.ts'
import { unverified } from './digest.ts'
import { type FolderFile, isPickle, isWeights, pickleReason, sumBytes, viewFolder } from './folder.ts'
import type { Outcome } from './found.ts'
import { type Manifest, readManifest } from './manifest.ts'

/** Finds the entry and the family of a folder; undefined for one that has nothing to do with models. */
export async function describeFolder(
  candidate: Candidate,
  files: readonly FolderFile[],
  families: readonly Family[],
  catalogue: readonly CatalogueEntry[],
): Promise<Outcome> {
  const { dir, name, origin } = candidate
  const manifest = origin === 'pulled' ? await readManifest(dir) : undefined
  const entry = candidate.entry ?? entryOf(name, manifest, files, catalogue)
  const id = entry?.id ?? manifest?.id ?? folderId(name)
  const familyId = entry?.family.id ?? manifest?.family
  const broken = (reason: string): Outcome => ({ broken: { id, dir, origin, reason, bytes: sumBytes(files) } })

  const missing = manifest ? missingFile(manifest, files) : entry ? missingFile(entry, files) : undefined
  if (missing) return broken(missing)
  const view = viewFolder(dir, files)
  const asked = familyId === undefined ? families : families.filter(family => family.id === familyId)
  for (const family of asked) {
    const description = await ask(family, view, entry)
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

async function ask(
  family: Family,
  view: FolderView,
  entry: CatalogueEntry | undefined,
): Promise<FolderDescription | undefined> {
  if (!family.describe) {
    return entry && { title: entry.title, tasks: [...entry.tasks], precision: entry.precision, defaults: {} }
  }
  try {
    return await family.describe(view)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    // Settings of a shape that the family did not expect.
    const text = cause instanceof Error ? cause.message : String(cause)
    throw new AppError('model-broken', `${family.id} cannot make sense of its settings: ${text}`, { cause })
  }
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
    languages: description.languages ?? entry?.languages ?? [],
    dir,
    bytes: sumBytes(files.filter(({ path }) => !isPickle(path))),
    digest: manifest?.digest ?? unverified,
    tasks: description.tasks.filter(task => (entry?.tasks ?? family.tasks).includes(task)),
  }
}

/** A folder is an entry's if a pull put it there, or if it carries the entry's id or its name at a hub and its files. */
function entryOf(
  name: string,
  manifest: Manifest | undefined,
  files: readonly FolderFile[],
  catalogue: readonly CatalogueEntry[],
): CatalogueEntry | undefined {
  if (manifest) return catalogue.find(({ id }) => id === manifest.id)
  return catalogue.find(entry => {
    const names = [entry.id, ...entry.sources.flatMap(source => ('id' in source ? [source.id] : []))]
    return names.some(known => fold(known) === fold(name)) && missingFile(entry, files) === undefined
  })
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
export function folderId(name: string): string {
  const id = fold(name)
    .replaceAll('/', '--')
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
  return id === '' ? 'model' : id
}
