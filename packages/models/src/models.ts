import { join } from 'node:path'
import { AppError, type Checkpoint, type ModelView } from '@hearth/contract'
import { type CatalogueEntry, findByName, readCatalogue } from './catalogue.ts'
import { createDigests, unverified } from './digest.ts'
import { family as downloads } from './families/downloads/family.ts'
import { writeSnapshot } from './families/downloads/snapshot.ts'
import type { Scan } from './found.ts'
import { partialState, removeFolder, removePartial, type Verification, verifyFolder } from './keep.ts'
import type { ModelsOptions } from './options.ts'
import { type PullOptions, type PullResult, pullContext } from './pull/context.ts'
import { checkLicence, type PullableEntry, pullEntry } from './pull/pull.ts'
import { createRecent } from './recent.ts'
import { resolveCheckpoint } from './resolve.ts'
import { createScanner } from './scan.ts'
import { viewModels } from './views.ts'

export interface Models {
  /** Catalogue and disk in one list: catalogue order, then folders put there by hand, then built-in ones. */
  list(): Promise<ModelView[]>
  /** One of the list by id or alias. @throws AppError `not-found`. */
  get(name: string): Promise<ModelView>
  /** Everything that can be loaded now. */
  installed(): Promise<Checkpoint[]>
  /** The checkpoint for a task; without a name the task's default. See `resolveCheckpoint` for the errors. */
  resolve(task: string, name?: string): Promise<Checkpoint>
  /** Refuses early what a pull would refuse: an unknown name, a licence that is not accepted. Gives the id. */
  checkPull(name: string, options?: { acceptLicence?: boolean }): string
  /** Fetches a model of the catalogue. See `pullEntry` for the errors. */
  pull(name: string, options?: PullOptions): Promise<PullResult>
  /** Reads all files of an installed model and compares them with what they should be. */
  verify(name: string, options?: { signal?: AbortSignal }): Promise<Verification>
  /** Removes a model that lies under `models/`, or what an interrupted pull has left of it. */
  remove(name: string): Promise<void>
}

/** Read in a second or two; nobody waits for more. */
const hashedAtOnce = 2 ** 29

/**
 * The models of this machine. Keeps no state but caches: every call looks at the disk, `resolve` if it has not done so
 * within the last second.
 */
export function createModels(options: ModelsOptions): Models {
  const { config } = options
  const catalogue = readCatalogue(options)
  const digests = createDigests(config.roots.state)
  const look = createScanner(options, catalogue, digests)
  const placeDownloader = createPlacer(options, catalogue)
  const scan = async () => placeDownloader(await look())
  const scans = createRecent(scan)
  const choose = (scan: Scan, task: string, name: string | undefined): Checkpoint =>
    resolveCheckpoint({ scan, catalogue, defaultModels: config.defaultModels }, task, name)

  /** Asked with every request and every job; looking at each file of each model would take longer than the rest. */
  async function find(task: string, name: string | undefined): Promise<Checkpoint> {
    const recent = await scans.recent()
    try {
      if (recent) return choose(recent, task, name)
    } catch (error) {
      // What is not there may have come since.
      if (!(error instanceof AppError)) throw error
    }
    return choose(await scans.fresh(), task, name)
  }

  const models: Models = {
    async list() {
      const states = catalogue.map(async ({ id }) => [id, await partialState(config.roots.models, id)] as const)
      const choice = { scan: await look(), catalogue, defaultModels: config.defaultModels }
      return viewModels(choice, new Map(await Promise.all(states)))
    },
    async get(name) {
      const views = await models.list()
      return findByName(views, name) ?? fail(name, views)
    },
    async installed() {
      return (await scan()).installed.map(({ checkpoint }) => checkpoint)
    },
    async resolve(task, name) {
      const checkpoint = await find(task, name)
      if (!options.computeDigests || checkpoint.digest !== unverified) return checkpoint
      if (checkpoint.bytes <= hashedAtOnce) return { ...checkpoint, digest: await digests.compute(checkpoint.dir) }
      digests.compute(checkpoint.dir).catch((error: unknown) => options.onFault?.({ model: checkpoint.id, error }))
      return checkpoint
    },
    checkPull(name, { acceptLicence = false } = {}) {
      const entry = findByName(catalogue, name) ?? fail(name, catalogue)
      checkLicence(entry, acceptLicence)
      return entry.id
    },
    async pull(name, pullOptions) {
      const entry = findByName(catalogue, name) ?? fail(name, catalogue)
      return pullEntry(pullContext(config), pullable(entry), pullOptions).finally(scans.forget)
    },
    async verify(name, { signal } = {}) {
      const { installed, broken } = await look()
      const known = [
        ...installed.map(({ checkpoint: { id, dir, aliases } }) => ({ id, dir, aliases })),
        ...broken.map(({ id, dir }) => ({ id, dir, aliases: [] as string[] })),
      ].filter(({ dir }) => dir !== '')
      const model = findByName(known, name) ?? fail(name, known)
      return verifyFolder(model, findByName(catalogue, model.id), digests, signal).finally(scans.forget)
    },
    async remove(name) {
      const { id, origin, removable } = await models.get(name)
      if (!removable) {
        const reason = origin === 'repo' ? 'is part of the checkout' : 'is not in the folder of models'
        throw new AppError('conflict', `${id} ${reason} and cannot be removed`)
      }
      if (origin !== null) await removeFolder(config.roots.models, id, await dirOf(look, id))
      await removePartial(config.roots.models, id)
      scans.forget()
    },
  }
  return models
}

/**
 * Gives the downloader its place: a folder with a snapshot of the catalogue. The engine process that runs it is given
 * a checkpoint and nothing else, and what is to be fetched from where must not be up to the client's input.
 */
function createPlacer(options: ModelsOptions, catalogue: readonly CatalogueEntry[]) {
  const { config } = options
  const dir = join(config.roots.state, downloads.id)
  let written: Promise<void> | undefined
  return async (scan: Scan): Promise<Scan> => {
    if (!scan.installed.some(({ checkpoint }) => checkpoint.family === downloads.id)) return scan
    written ??= writeSnapshot(dir, { config, entries: catalogue.map(pullable) }).catch(error => {
      written = undefined
      throw error
    })
    await written
    const installed = scan.installed.map(item =>
      item.checkpoint.family === downloads.id ? { ...item, checkpoint: { ...item.checkpoint, dir } } : item,
    )
    return { ...scan, installed }
  }
}

function pullable({ family, ...entry }: CatalogueEntry): PullableEntry {
  return { ...entry, familyId: family.id }
}

async function dirOf(look: () => Promise<Scan>, id: string): Promise<string> {
  const { installed, broken } = await look()
  const found =
    installed.find(({ checkpoint }) => checkpoint.id === id)?.checkpoint ?? broken.find(item => item.id === id)
  return found?.dir ?? fail(id, [])
}

function fail(name: string, known: readonly { id: string }[]): never {
  const hint = known.length > 0 ? { hint: `Known are: ${known.map(({ id }) => id).join(', ')}.` } : {}
  throw new AppError('not-found', `there is no model called ${name}`, { path: ['model'], ...hint })
}
