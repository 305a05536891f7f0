import { AppError, type Checkpoint } from '@hearth/contract'
import { type CatalogueEntry, findByName, fold } from './catalogue.ts'
import type { Scan } from './found.ts'
import { humanBytes } from './size.ts'

/** What there is to choose from. */
export interface Choice {
  scan: Scan
  catalogue: readonly CatalogueEntry[]
  defaultModels: Readonly<Record<string, string>>
}

/**
 * The checkpoint for a task: by id or alias, else the default of the task.
 * @throws AppError `model-not-installed`, `model-broken`, `not-found` for an unknown name, `invalid-input` where the
 * model does not serve the task; each names what can be done.
 */
export function resolveCheckpoint(choice: Choice, task: string, name?: string): Checkpoint {
  const wanted = name ?? choice.defaultModels[task]
  if (wanted !== undefined) return byName(choice, task, wanted)
  const found = defaultFor(choice, task)
  if (found) return found
  const entry = choice.catalogue.find(({ tasks }) => tasks.includes(task))
  if (entry) throw notInstalled(entry, `no model for ${task} is installed`)
  throw new AppError('model-not-installed', `no model for ${task} is installed and the catalogue has none`, {
    hint: 'Put the folder of a model that serves it into models/.',
  })
}

/** The first that is installed; starters give way to every other. */
export function defaultFor(choice: Choice, task: string): Checkpoint | undefined {
  const set = choice.defaultModels[task]
  const serving = choice.scan.installed.map(({ checkpoint }) => checkpoint).filter(({ tasks }) => tasks.includes(task))
  if (set !== undefined) return findByName(serving, set)
  return serving.find(({ starter }) => !starter) ?? serving[0]
}

function byName(choice: Choice, task: string, name: string): Checkpoint {
  const checkpoints = choice.scan.installed.map(({ checkpoint }) => checkpoint)
  const found = findByName(checkpoints, name)
  if (found?.tasks.includes(task)) return found
  const serving = checkpoints.filter(({ tasks }) => tasks.includes(task)).map(({ id }) => id)
  if (found) {
    throw new AppError('invalid-input', `the model ${found.id} does not serve ${task}`, {
      path: ['model'],
      hint: serving.length > 0 ? `These do: ${serving.join(', ')}.` : 'No installed model serves it.',
    })
  }
  const entry = findByName(choice.catalogue, name)
  const broken = choice.scan.broken.find(({ id }) => fold(id) === fold(entry?.id ?? name))
  if (broken) {
    throw new AppError('model-broken', `the model ${broken.id} cannot be used: ${broken.reason}`, {
      hint: entry ? `Pull it again: hearth pull ${entry.id}` : `Look at the folder ${broken.dir}.`,
    })
  }
  if (entry) throw notInstalled(entry, `the model ${entry.id} is not installed`)
  const pullable = choice.catalogue.filter(({ tasks }) => tasks.includes(task)).map(({ id }) => id)
  throw new AppError('not-found', `there is no model called ${name}`, {
    path: ['model'],
    hint: `For ${task}, installed: ${listed(serving)}; to pull: ${listed(pullable.filter(id => !serving.includes(id)))}.`,
  })
}

function notInstalled(entry: CatalogueEntry, message: string): AppError {
  return new AppError('model-not-installed', message, {
    path: ['model'],
    hint: `Get it with: hearth pull ${entry.id} (${humanBytes(entry.bytes)})`,
  })
}

function listed(names: readonly string[]): string {
  return names.length > 0 ? names.join(', ') : 'none'
}
