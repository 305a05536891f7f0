import { AppError, type Checkpoint, type ModelView } from '@hearth/contract'
import { type CatalogueEntry, findByName, readCatalogue, sourceText } from './catalogue.ts'
import { createDigests } from './digest.ts'
import type { ModelsOptions } from './options.ts'
import { type Choice, defaultFor, resolveCheckpoint } from './resolve.ts'
import { type Broken, createScanner, type Installed } from './scan.ts'

export interface Models {
  /** Catalogue and disk in one list: catalogue order, then folders put there by hand, then built-in ones. */
  list(): Promise<ModelView[]>
  /** One of the list by id or alias. @throws AppError `not-found`. */
  get(name: string): Promise<ModelView>
  /** Everything that can be loaded now. */
  installed(): Promise<Checkpoint[]>
  /** The checkpoint for a task; without a name the task's default. See `resolveCheckpoint` for the errors. */
  resolve(task: string, name?: string): Promise<Checkpoint>
}

/** The models of this machine. Keeps no state but a cache: every call looks at the disk. */
export function createModels(options: ModelsOptions): Models {
  const catalogue = readCatalogue(options)
  const digests = createDigests(options.config.roots.state)
  const scan = createScanner(options, catalogue, digests)
  const choose = async (): Promise<Choice> => ({
    scan: await scan(),
    catalogue,
    defaultModels: options.config.defaultModels,
  })

  const models: Models = {
    async list() {
      const choice = await choose()
      const rest = new Map(catalogue.map(entry => [entry.id, entry]))
      const views: ModelView[] = []
      for (const item of choice.scan.installed) views.push(viewInstalled(item, rest.get(item.checkpoint.id), choice))
      for (const item of choice.scan.broken) views.push(viewBroken(item, rest.get(item.id)))
      for (const { id } of views) rest.delete(id)
      for (const entry of rest.values()) views.push(viewAvailable(entry))
      const order = new Map(catalogue.map(({ id }, index) => [id, index]))
      const place = (view: ModelView) =>
        order.get(view.id) ?? (view.origin === 'builtin' ? catalogue.length + 1 : catalogue.length)
      return views.sort((a, b) => place(a) - place(b))
    },
    async get(name) {
      const views = await models.list()
      const found = findByName(views, name)
      if (found) return found
      throw new AppError('not-found', `there is no model called ${name}`, {
        hint: `Known are: ${views.map(({ id }) => id).join(', ')}.`,
      })
    },
    async installed() {
      return (await scan()).installed.map(({ checkpoint }) => checkpoint)
    },
    async resolve(task, name) {
      return resolveCheckpoint(await choose(), task, name)
    },
  }
  return models
}

function viewInstalled(item: Installed, entry: CatalogueEntry | undefined, choice: Choice): ModelView {
  const { checkpoint, origin, notes } = item
  const { dir: _dir, ...shown } = checkpoint
  return {
    ...shown,
    default_for: checkpoint.tasks.filter(task => defaultFor(choice, task)?.id === checkpoint.id),
    state: 'installed',
    reason: null,
    notes,
    origin,
    removable: origin === 'pulled' || origin === 'folder',
    sources: entry?.sources.map(sourceText) ?? [],
    pulled: null,
  }
}

function viewBroken(item: Broken, entry: CatalogueEntry | undefined): ModelView {
  const base = entry
    ? viewAvailable(entry)
    : {
        id: item.id,
        title: item.id,
        description: '',
        aliases: [],
        family: null,
        tasks: [],
        default_for: [],
        notes: [],
        starter: false,
        precision: null,
        licence: { id: 'unknown', must_accept: false },
        defaults: {},
        example_prompts: [],
        sources: [],
        pulled: null,
      }
  return {
    ...base,
    state: 'broken',
    reason: item.reason,
    origin: item.origin,
    removable: item.origin !== 'repo',
    bytes: item.bytes,
    digest: null,
  }
}

function viewAvailable(entry: CatalogueEntry): ModelView {
  const { family, sources, files: _files, ...shown } = entry
  return {
    ...shown,
    family: family.id,
    tasks: [...family.tasks],
    default_for: [],
    state: 'available',
    reason: null,
    notes: [],
    origin: null,
    removable: false,
    digest: null,
    sources: sources.map(sourceText),
    pulled: null,
  }
}
