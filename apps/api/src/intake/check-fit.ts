import { AppError, type Checkpoint, type Family, type FitView, type WorkerView } from '@hearth/contract'
import { humanBytes } from '@hearth/models'
import { fit, takesDevice } from '@hearth/runtime'
import { runs, workers } from '@hearth/store'
import type { ApiDeps } from '../deps.ts'

/** Seconds without a word after which a worker counts as gone. */
export const aliveMaxAge = 10
const order: FitView['fits'][] = ['now', 'after-eviction', 'never']

/** A model and what it is to work on. */
interface Load {
  checkpoint: Checkpoint
  family: Family
  input: unknown
}

/** Where a model fits best among the living workers, and for how long it would run; undefined while there is none. */
export async function bestFit(deps: ApiDeps, task: string, load: Load): Promise<FitView | undefined> {
  const best = await bestPlace(deps, load)
  return best && { ...best.view, estimated_seconds: await seconds(deps, task, load, best) }
}

async function bestPlace(deps: ApiDeps, { checkpoint, family, input }: Load) {
  const need = { engine: family.engine, model: checkpoint.id, bytes: family.estimate(checkpoint, input) }
  const views = (await workers.alive(deps.store, aliveMaxAge)).map(worker => ({ worker, view: fit(need, worker) }))
  return views.sort((a, b) => order.indexOf(a.view.fits) - order.indexOf(b.view.fits))[0]
}

async function seconds(
  deps: ApiDeps,
  task: string,
  { checkpoint, family, input }: Load,
  { worker, view }: { worker: WorkerView; view: Pick<FitView, 'device'> },
): Promise<number | null> {
  const work = family.work?.(input) ?? 0
  const { device } = view
  if (device === null || work <= 0) return null
  const where = { model: checkpoint.id, device, host: worker.host }
  const run = await runs.estimate(deps.store, { ...where, task, work })
  const resident = worker.residents.some(({ model, device: on }) => model === checkpoint.id && on === device)
  if (run === null || resident) return run
  return run + ((await runs.estimateLoad(deps.store, where)) ?? 0)
}

/** @throws AppError `does-not-fit` with the numbers. */
export async function requireFit(deps: ApiDeps, load: Load): Promise<void> {
  const { checkpoint, family } = load
  if (!takesDevice(family.engine)) return
  const view = (await bestPlace(deps, load))?.view
  if (view?.fits !== 'never') return
  const needed = humanBytes(view.needed_bytes)
  const most = humanBytes(view.free_after_eviction_bytes)
  throw new AppError(
    'does-not-fit',
    `${checkpoint.id} needs ${needed} for this, and no device here can give more than ${most}`,
    { hint: 'Ask for a smaller or fewer pictures, take a smaller model, or raise HEARTH_MEMORY_GB or HEARTH_VRAM_GB.' },
  )
}
