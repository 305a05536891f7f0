import type { ModelView } from '@hearth/contract'
import { type CatalogueEntry, sourceText } from './catalogue.ts'
import type { Broken, Installed } from './found.ts'
import type { partialState } from './keep.ts'
import { type Choice, defaultFor } from './resolve.ts'

type Partial = Awaited<ReturnType<typeof partialState>>

/** What is known of a model, from disk and catalogue, as every door shows it. Paths of this machine stay here. */
export function viewModels(choice: Choice, partials: ReadonlyMap<string, Partial>): ModelView[] {
  const { scan, catalogue } = choice
  const entries = new Map(catalogue.map(entry => [entry.id, entry]))
  const views = [
    ...scan.installed.map(item => viewInstalled(item, entries.get(item.checkpoint.id), choice)),
    ...scan.broken.map(item => viewBroken(item, entries.get(item.id))),
  ]
  const shown = new Set(views.map(({ id }) => id))
  for (const entry of catalogue) if (!shown.has(entry.id)) views.push(viewAvailable(entry))
  const order = new Map(catalogue.map(({ id }, index) => [id, index]))
  const place = (view: ModelView) =>
    order.get(view.id) ?? (view.origin === 'builtin' ? catalogue.length + 1 : catalogue.length)
  return views
    .sort((a, b) => place(a) - place(b))
    .map(view => withPull(view, partials.get(view.id), entries.get(view.id)))
}

function withPull(view: ModelView, partial: Partial, entry: CatalogueEntry | undefined): ModelView {
  if (!partial || !entry || view.state === 'installed') return view
  const pulled = { done: Math.min(partial.bytes, entry.bytes), total: entry.bytes }
  return partial.running
    ? { ...view, state: 'pulling', reason: null, removable: false, pulled }
    : { ...view, removable: true, pulled }
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
  return {
    ...(entry ? viewAvailable(entry) : viewUnknown(item.id)),
    state: 'broken',
    reason: item.reason,
    origin: item.origin,
    removable: item.origin === 'pulled' || item.origin === 'folder',
    bytes: item.bytes,
  }
}

function viewAvailable(entry: CatalogueEntry): ModelView {
  const { family, sources, files: _files, paths: _paths, ...shown } = entry
  return {
    ...shown,
    family: family.id,
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

function viewUnknown(id: string): ModelView {
  return {
    id,
    title: id,
    description: '',
    aliases: [],
    family: null,
    tasks: [],
    default_for: [],
    state: 'broken',
    reason: null,
    notes: [],
    origin: null,
    removable: false,
    starter: false,
    precision: null,
    bytes: 0,
    digest: null,
    licence: { id: 'unknown', must_accept: false },
    defaults: {},
    example_prompts: [],
    languages: [],
    sources: [],
    pulled: null,
  }
}
