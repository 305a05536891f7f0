import { AppError, type Checkpoint, type Family, type OutputFile, priorities, toAppError } from '@hearth/contract'
import type { Files, Staging } from '@hearth/files'
import type { JobHandle } from '@hearth/jobs'
import type { Logger } from '@hearth/log'
import type { Models } from '@hearth/models'
import { type JobRow, type JsonValue, runs, type Store } from '@hearth/store'
import { describeError } from '../describe-error.ts'
import { EngineCrash, type RunEvents } from '../engine/host.ts'
import type { Keepers } from '../keepers.ts'
import type { Lease } from '../lease.ts'
import { locateReference } from '../references.ts'
import type { Residents } from '../residents.ts'
import { measureTimeLeft, type TimeLeft } from '../time-left.ts'
import { commitOutputs, keepFile, placeOf, retractOutputs } from './outputs.ts'

export interface BatchOptions {
  store: Store
  files: Files
  models: Models
  families: readonly Family[]
  residents: Residents
  keepers: Keepers
  log: Logger
  host: string
  /** Of Hearth. */
  version: string
  /** Whether jobs of this task keep what they tell of their answer. */
  keepsChunks(task: string): boolean
}

/** One attempt in its turn: everything that its parts share. */
interface Attempt extends BatchOptions {
  row: JobRow
  job: JobHandle
  checkpoint: Checkpoint
  family: Family
  lease: Lease
}

/**
 * Runs durable jobs: waits for model, room and turn, claims, loads, runs, moves the outputs to their place, finishes.
 * What it throws ends the job as failed, or as cancelled, or back in the queue, as the handle's signal says.
 */
export function createBatchLane(options: BatchOptions): (row: JobRow, job: JobHandle) => Promise<void> {
  return async (row, job) => {
    const { checkpoint, family } = await chooseModel(options, row)
    const order = [priorities.indexOf(row.priority), row.fairTag]
    const want = { checkpoint, family, input: row.input, lane: 'batch' as const, order, signal: job.signal }
    const lease = await options.residents.lease(want)
    try {
      if (!(await job.claim(lease.device))) return
      await attempt({ ...options, row, job, checkpoint, family, lease })
    } finally {
      await lease.release()
    }
  }
}

async function chooseModel({ models, families }: BatchOptions, row: JobRow) {
  const checkpoint = await models.resolve(row.task, row.model)
  const family = families.find(family => family.id === checkpoint.family)
  if (!family) throw new AppError('internal', `there is no family ${checkpoint.family}`)
  return { checkpoint, family }
}

async function attempt(context: Attempt): Promise<void> {
  const { files, row, job } = context
  const place = placeOf(row)
  // Of attempts that died with their worker.
  for (let earlier = 1; earlier < row.attempt; earlier++) await files.stage(place, earlier).discard()
  const staging = files.stage(place, row.attempt)
  const started = performance.now()
  try {
    await work(context, staging)
    context.log.info(summary(context, started), 'job succeeded')
  } catch (error) {
    await staging.discard()
    context.log.info({ ...summary(context, started), reason: describeError(error) }, 'job did not succeed')
    // Told to stop: whoever said so knows how the job ends.
    if (job.signal.aborted) throw error
    if (error instanceof EngineCrash) {
      await job.requeue(error.message, { engineCrash: true, error: crashReport(error) })
    } else await job.finish({ state: 'failed', error: toAppError(error).report() })
  }
}

function summary({ row, checkpoint, lease }: Attempt, started: number) {
  const seconds = (performance.now() - started) / 1000
  return { job: row.id, attempt: row.attempt, task: row.task, model: checkpoint.id, device: lease.device, seconds }
}

async function work(context: Attempt, staging: Staging): Promise<void> {
  const { files, row, job, checkpoint, lease, version } = context
  const startedAt = new Date()
  const loadSeconds = await load(context)
  const time = measureTimeLeft()
  if (loadSeconds !== undefined) job.progress({ done: 0, total: 1 })
  void expectTime(context, time)
  const outputs: OutputFile[] = []
  const began = performance.now()
  const run = { run: `${row.id}-${row.attempt}`, task: row.task, input: row.input }
  const { output: result } = await lease.run(run, eventsOf(context, time, staging, outputs), job.signal)
  const runSeconds = (performance.now() - began) / 1000
  job.signal.throwIfAborted()
  const output = plainJson(result)
  const { device } = lease
  const record = { row, checkpoint, device, version, output, outputs, startedAt, loadSeconds, runSeconds }
  await commitOutputs(files, staging, record)
  if (await job.finish({ state: 'succeeded', output, outputs })) await remember(context, loadSeconds, runSeconds)
  else await retractOutputs(files, row)
}

/** What crossed a process as a structured clone becomes what a database holds. */
function plainJson(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value ?? null))
}

/** Seconds that loading took; undefined if the model was in memory. */
async function load({ job, lease }: Attempt): Promise<number | undefined> {
  if (lease.warm) return undefined
  job.progress({ done: 0, total: 1, message: 'loading the model' })
  const started = performance.now()
  await lease.load(job.signal)
  return (performance.now() - started) / 1000
}

function eventsOf(
  { store, files, keepers, row, job, keepsChunks }: Attempt,
  time: TimeLeft,
  staging: Staging,
  outputs: OutputFile[],
): RunEvents {
  return {
    progress(done, total, message) {
      const left = time.left(done, total)
      job.progress({
        done,
        total,
        ...(message === undefined ? {} : { message }),
        ...(left === undefined ? {} : { seconds_left: Math.round(left * 10) / 10 }),
      })
    },
    preview: (image, mime) => job.preview(image, mime),
    log: (level, message) => void job.append({ type: 'log', level, message }),
    ...(keepsChunks(row.task) ? { chunk: value => void job.append({ type: 'chunk', value: plainJson(value) }) } : {}),
    async save(file) {
      const kept = await keepFile(staging, file)
      outputs.push(kept)
      return kept
    },
    path: reference => locateReference({ store, files }, reference, row.owner),
    ask: (noun, question) => keepers.answer(row.owner, noun, question),
  }
}

/** Amount of work that the run stands for, if its family counts any. */
function workOf({ family, row }: Attempt): number {
  return family.work?.(row.input) ?? 0
}

/** Learns from past runs how long this one may take. Not knowing it holds nothing up. */
async function expectTime(context: Attempt, time: TimeLeft): Promise<void> {
  const { store, row, checkpoint, lease, host, log } = context
  const work = workOf(context)
  if (work <= 0) return
  try {
    const query = { model: checkpoint.id, device: lease.device, task: row.task, work, host }
    const seconds = await runs.estimate(store, query)
    if (seconds !== null) time.expect(seconds)
  } catch (error) {
    log.warn({ reason: describeError(error), job: row.id }, 'cannot tell how long past runs took')
  }
}

/** Keeps how long it took, for estimates. The job is done whether that works or not. */
async function remember(context: Attempt, loadSeconds: number | undefined, seconds: number): Promise<void> {
  const { store, row, checkpoint, lease, host, log } = context
  const work = workOf(context)
  if (work <= 0) return
  const run = { host, device: lease.device, model: checkpoint.id, task: row.task, work, seconds }
  try {
    await runs.record(store, loadSeconds === undefined ? run : { ...run, loadSeconds })
  } catch (error) {
    log.warn({ reason: describeError(error), job: row.id }, 'cannot remember how long the run took')
  }
}

/** What the owner is told if it was once too often. */
function crashReport(crash: EngineCrash) {
  const killed = crash.exit.signal === 'SIGKILL'
  return new AppError('engine-crashed', `the engine crashed twice on this job: ${crash.message}`, {
    hint: killed
      ? 'Something outside killed it, most often because memory ran out. Ask for less, or take a smaller model.'
      : 'Try smaller settings or another model. `hearth doctor` checks the model and the device.',
  }).report()
}
