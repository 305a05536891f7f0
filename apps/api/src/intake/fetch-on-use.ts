import { AppError, type ModelView, type Task } from '@hearth/contract'
import { task as pullModel } from '@hearth/models/pull-model/spec'
import { type JobRow, jobs } from '@hearth/store'
import type { ApiDeps } from '../deps.ts'

/** Which model is asked for: by name, or whichever a task takes. */
interface Wish {
  task: Task
  model?: string | undefined
}

/** Milliseconds for which a failed fetch is reported rather than tried again. */
const trust = 60_000

/**
 * A model of the starter pack is fetched when it is first asked for: it is small and its licence open. Others wait for
 * somebody who wants to spend gigabytes.
 * @param thrown why the order was refused.
 * @param begin queues the job that fetches it, for whoever gave the order.
 * @returns what to refuse it with: how far the fetch is, to be asked again; or the same.
 */
export async function fetchOnUse(
  deps: ApiDeps,
  wish: Wish,
  thrown: unknown,
  begin: (pull: { task: Task; input: Record<string, unknown>; idempotencyKey: string }) => Promise<unknown>,
): Promise<unknown> {
  if (!(thrown instanceof AppError) || thrown.code !== 'model-not-installed' || !deps.config.pullOnUse) return thrown
  const model = await starterFor(deps, wish)
  if (!model) return thrown
  const last = await lastPull(deps, model.id)
  if (last?.state === 'failed' && last.finishedAt && Date.now() - last.finishedAt.getTime() < trust)
    return failed(model, last)
  if (last?.state !== 'queued' && last?.state !== 'running') {
    await begin({
      task: pullModel,
      input: { model: model.id },
      // Of requests that come together, one begins it.
      idempotencyKey: `fetch-on-use ${model.id} ${last?.id ?? 'first'}`,
    })
  }
  return underWay(model)
}

async function starterFor({ models }: ApiDeps, { task, model }: Wish) {
  const found =
    model === undefined
      ? (await models.list()).find(({ starter, tasks }) => starter && tasks.includes(task.id))
      : await models.get(model)
  if (!found?.starter || found.licence.must_accept) return undefined
  return found.state === 'available' || found.state === 'pulling' ? found : undefined
}

async function lastPull({ store }: ApiDeps, model: string): Promise<JobRow | undefined> {
  const { jobs: pulls } = await jobs.list(store, { task: pullModel.id, limit: 100 })
  return pulls.find(({ input }) => input.model === model)
}

function underWay({ id, bytes, pulled }: ModelView): AppError {
  const megabytes = (count: number) => Math.round(count / 1e6)
  const { done, total } = pulled ?? { done: 0, total: bytes }
  return new AppError('unavailable', `the model ${id} is being fetched: ${megabytes(done)} of ${megabytes(total)} MB`, {
    hint: 'Ask again in a moment; the jobs show how far it is.',
    retryable: true,
    retryAfter: 2,
  })
}

function failed({ id }: ModelView, { error }: JobRow): AppError {
  return new AppError(
    'model-not-installed',
    `the model ${id} could not be fetched: ${error?.message ?? 'no reason is known'}`,
    {
      path: ['model'],
      hint: error?.hint ?? `Try it by hand: hearth pull ${id}`,
    },
  )
}
