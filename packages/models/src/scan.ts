import { AppError } from '@hearth/contract'
import { type Candidate, findCandidates } from './candidates.ts'
import type { CatalogueEntry } from './catalogue.ts'
import { describeFolder, folderId } from './describe-folder.ts'
import { type Digests, unverified } from './digest.ts'
import { listFiles, signature } from './folder.ts'
import type { Broken, Installed, Outcome, Scan } from './found.ts'
import type { ModelsOptions } from './options.ts'

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
      const reason = reasonOf(error)
      if (reason === undefined) return undefined
      return { broken: { id: candidate.entry?.id ?? folderId(name), dir, origin, reason, bytes: 0 } }
    }
  }

  return async function scan(): Promise<Scan> {
    const result: Scan = { installed: [], broken: [] }
    const taken = new Set(builtin.map(({ id }) => id))
    for (const candidate of await findCandidates(options.config, catalogue)) {
      const outcome = await inspect(candidate)
      if (!outcome) continue
      const id = 'installed' in outcome ? outcome.installed.checkpoint.id : outcome.broken.id
      if (taken.has(id)) {
        // The first of two is used; a folder that goes by the same name says why it is not.
        if (candidate.origin === 'folder') result.broken.push(clash(candidate, id, taken))
        continue
      }
      taken.add(id)
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

/** Why a folder cannot be used; undefined if it has gone while it was looked at. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof AppError) return error.message
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return undefined
  if (code === 'EACCES') return 'it cannot be read: its permissions do not allow it'
  throw error
}

function clash({ dir, name }: Candidate, id: string, taken: Set<string>): Broken {
  let number = 2
  while (taken.has(`${id}-${number}`)) number += 1
  taken.add(`${id}-${number}`)
  const reason = `there is another model called ${id}: rename the folder ${name}`
  return { id: `${id}-${number}`, dir, origin: 'folder', reason, bytes: 0 }
}
