import { readdir, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import type { CatalogueEntry } from './catalogue.ts'
import { isPickle, isWeights } from './folder.ts'
import { manifestName } from './manifest.ts'
import type { ModelsOptions } from './options.ts'

/** A folder to look at, before it is known what it holds. */
export interface Candidate {
  dir: string
  /** Relative to the models' root, or the entry's id. */
  name: string
  origin: 'repo' | 'pulled' | 'folder'
  /** Whose `repo` source it is. */
  entry: CatalogueEntry | undefined
}

/** Folders of the checkout named by `repo` sources, then those under the models' root, one and two levels deep. */
export async function findCandidates(
  config: ModelsOptions['config'],
  catalogue: readonly CatalogueEntry[],
): Promise<Candidate[]> {
  const candidates: Candidate[] = []
  const claimed = new Set<string>()
  for (const entry of catalogue) {
    for (const source of entry.sources) {
      if (source.kind !== 'repo') continue
      const dir = isAbsolute(source.path) ? source.path : join(config.repo, source.path)
      if (!(await isFolder(dir))) continue
      claimed.add(await realpath(dir))
      candidates.push({ dir, name: entry.id, origin: 'repo', entry })
      break
    }
  }
  const add = async (name: string): Promise<boolean> => {
    const dir = join(config.roots.models, name)
    if (claimed.has(await realpath(dir))) return true
    const names = await namesIn(dir)
    const pulled = names?.includes(manifestName) ?? false
    // What cannot be read is looked at like a model, so that the reason is shown.
    if (names && !pulled && !names.some(looksLikeModel)) return false
    candidates.push({ dir, name, origin: pulled ? 'pulled' : 'folder', entry: undefined })
    return true
  }
  for (const top of await subfolders(config.roots.models)) {
    if (await add(top)) continue
    for (const inner of await subfolders(join(config.roots.models, top))) await add(`${top}/${inner}`)
  }
  return candidates
}

/** Settings or weights at its top; a folder without any may be one that holds others. */
function looksLikeModel(name: string): boolean {
  return isWeights(name) || isPickle(name) || name.endsWith('.json')
}

async function namesIn(dir: string): Promise<string[] | undefined> {
  try {
    return await readdir(dir)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return undefined
    throw error
  }
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
