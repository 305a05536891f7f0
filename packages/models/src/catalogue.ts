import { AppError, type CheckpointEntry, checkpointEntry, type Family, type Source } from '@hearth/contract'
import type { ModelsOptions } from './options.ts'

/** An entry with the family that loads it. */
export interface CatalogueEntry extends CheckpointEntry {
  family: Family
  tasks: string[]
}

/**
 * Checks the families' entries. A bad entry is a mistake in the program, so it stops the start.
 * @throws AppError `internal` naming the family, the entry and the field.
 */
export function readCatalogue(options: Pick<ModelsOptions, 'families' | 'entries'>): CatalogueEntry[] {
  const catalogue: CatalogueEntry[] = []
  const names = new Map<string, string>()
  for (const { family: familyId, entries } of options.entries) {
    const family = options.families.find(({ id }) => id === familyId)
    if (!family) throw new AppError('internal', `checkpoints of the family ${familyId}, which is not registered`)
    entries.forEach((raw, index) => {
      const parsed = checkpointEntry.safeParse(raw)
      if (!parsed.success) {
        throw new AppError('internal', `checkpoint ${index + 1} of ${familyId}: ${parsed.error.message}`)
      }
      for (const name of [parsed.data.id, ...parsed.data.aliases].map(fold)) {
        const owner = names.get(name)
        if (owner) throw new AppError('internal', `two checkpoints are called ${name}: ${owner} and ${parsed.data.id}`)
        names.set(name, parsed.data.id)
      }
      const tasks = parsed.data.tasks ?? [...family.tasks]
      const foreign = tasks.find(task => !family.tasks.includes(task))
      if (foreign) throw new AppError('internal', `${parsed.data.id} serves ${foreign}, which ${familyId} does not`)
      catalogue.push({ ...parsed.data, family, tasks })
    })
  }
  return catalogue
}

/** Names of models are compared without regard to case. */
export function fold(name: string): string {
  return name.trim().toLowerCase()
}

/** By id first, then by alias. */
export function findByName<T extends { id: string; aliases: readonly string[] }>(
  items: readonly T[],
  name: string,
): T | undefined {
  const wanted = fold(name)
  return (
    items.find(({ id }) => fold(id) === wanted) ??
    items.find(({ aliases }) => aliases.some(alias => fold(alias) === wanted))
  )
}

/** A source in one line, such as `hf:stabilityai/sd-turbo@main`. */
export function sourceText(source: Source): string {
  switch (source.kind) {
    case 'hf':
    case 'modelscope':
      return `${source.kind}:${source.id}${source.path === undefined ? '' : `/${source.path}`}@${source.revision}`
    case 'npm':
    case 'pypi':
      return `${source.kind}:${source.name}@${source.version}/${source.path}`
    case 'parts':
      return source.parts.map(part => sourceText(part.source)).join(' + ')
    default:
      return `${source.kind}:${source.path}`
  }
}
