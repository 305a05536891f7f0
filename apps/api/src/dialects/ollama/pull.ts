import { cancel } from '@hearth/jobs'
import { task as pullModel } from '@hearth/models/pull-model/spec'
import { type JobRow, jobs } from '@hearth/store'
import { type Caller, requireScope } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { acceptJob } from '../../intake/accept-job.ts'
import { requireSuccess } from '../finished-job.ts'
import { jobEvents } from './job-events.ts'
import { plainName, withModelName } from './model-names.ts'

export interface PullLine {
  status: string
  digest?: string
  total?: number
  completed?: number
}

/**
 * Fetches a model as a job and tells of it as Ollama does. Resolves when the job is accepted. A client that leaves stops
 * what it began; the next pull goes on from there.
 * @throws AppError as `acceptJob`, `not-found`, `forbidden` without the right to models.
 */
export async function pull(
  deps: ApiDeps,
  caller: Caller,
  name: string,
  signal: AbortSignal,
): Promise<AsyncIterable<PullLine>> {
  requireScope(caller, 'models')
  const model = await withModelName(name, async () => deps.models.checkPull(plainName(name)))
  if ((await deps.models.get(model)).state === 'installed') return alreadyThere()
  const order = { task: pullModel, input: { model, accept_licence: false }, dialect: 'ollama' }
  const { job } = await acceptJob(deps, caller, order)
  return pullLines(deps, job, model, signal)
}

async function* alreadyThere(): AsyncGenerator<PullLine> {
  yield { status: 'pulling manifest' }
  yield { status: 'success' }
}

async function* pullLines(deps: ApiDeps, job: JobRow, model: string, signal: AbortSignal): AsyncGenerator<PullLine> {
  const leave = () => {
    cancel(deps.queue, { id: job.id, owner: job.owner }).catch(error =>
      deps.log.warn({ error, job: job.id }, 'a pull that nobody waits for could not be cancelled'),
    )
  }
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  try {
    yield { status: 'pulling manifest' }
    for await (const event of jobEvents(deps, job)) {
      if (event.type !== 'progress') continue
      const { done, total } = event
      // Clients draw one bar for each digest.
      yield { status: `pulling ${model}`, digest: model, total, completed: done }
    }
  } finally {
    signal.removeEventListener('abort', leave)
  }
  const row = await jobs.get(deps.store, { id: job.id, owner: job.owner })
  requireSuccess(row ?? job, { seconds: 0, signal })
  for (const status of ['verifying sha256 digest', 'writing manifest', 'success']) yield { status }
}
