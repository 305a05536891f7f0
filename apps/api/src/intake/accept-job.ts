import { AppError, type FitView, type MediaKind, type Priority, parseInput, type Task } from '@hearth/contract'
import { submit } from '@hearth/jobs'
import { laneOf } from '@hearth/runtime'
import type { JobRow, JsonObject } from '@hearth/store'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { bestFit, requireFit } from './check-fit.ts'
import { fetchOnUse } from './fetch-on-use.ts'
import { inputFields } from './media-fields.ts'
import { type Media, toReference } from './store-media.ts'

/** A wish to have a task done, whatever door it came through. */
export interface Order {
  task: Task
  /** Fields of the task's input. Media fields may hold whatever `toReference` takes. */
  input: Record<string, unknown>
  /** Id or alias. */
  model?: string | undefined
  priority?: Priority | undefined
  idempotencyKey?: string | undefined
  requestHash?: string | undefined
  dialect?: string
  /** Checked address that is told when the job has ended, in the words of the dialect. */
  webhook?: string | undefined
}

/** The task of that name, among those that are run as jobs. @throws AppError `not-found`. */
export function findTask(deps: ApiDeps, id: string): Task {
  const task = deps.tasks.find(task => task.id === id)
  if (task) return task
  throw new AppError('not-found', `there is no task ${id.slice(0, 100)}`, {
    path: ['task'],
    hint: `There are ${deps.tasks.map(({ id }) => id).join(', ')}.`,
  })
}

/** The model that would serve an order, and how it would fit. Stores nothing. @throws AppError. */
export async function checkOrder(deps: ApiDeps, order: Order): Promise<{ model: string; fit: FitView | undefined }> {
  const load = await chooseModel(deps, order)
  return { model: load.checkpoint.id, fit: await bestFit(deps, order.task.id, load) }
}

/** Checks all that can be checked without storing anything. @throws AppError. */
async function chooseModel(deps: ApiDeps, { task, input, model }: Order) {
  const parsed = parseInput(task, withPlaceholders(task, input))
  requireStorable(parsed)
  const checkpoint = await deps.models.resolve(task.id, model)
  const family = deps.families.find(({ id }) => id === checkpoint.family)
  if (!family) throw new AppError('internal', `there is no family ${checkpoint.family}`)
  return { checkpoint, family, input: parsed }
}

/** Checks an order, stores its media and queues it. @throws AppError; nothing is queued then. */
export async function acceptJob(
  deps: ApiDeps,
  caller: Pick<Caller, 'owner' | 'key'>,
  order: Order,
): Promise<{ job: JobRow; created: boolean }> {
  const { task, priority, idempotencyKey, requestHash, dialect, webhook } = order
  const load = await chooseModel(deps, order).catch(async thrown => {
    throw await fetchOnUse(deps, order, thrown, pull => acceptJob(deps, caller, pull))
  })
  await requireFit(deps, load)
  const parsed = parseInput(task, await withReferences(deps, caller.owner, task, order.input))
  // What a database holds is what JSON can say.
  const input: JsonObject = JSON.parse(JSON.stringify(parsed))
  return submit(deps.queue, {
    task: task.id,
    owner: caller.owner,
    model: load.checkpoint.id,
    family: load.family.id,
    lane: laneOf(load.family.engine),
    input,
    text: searchText(task, input),
    ...(caller.key === null ? {} : { share: caller.key.id }),
    ...(priority === undefined ? {} : { priority }),
    ...(dialect === undefined ? {} : { dialect }),
    ...(webhook === undefined ? {} : { webhook }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(requestHash === undefined ? {} : { requestHash }),
  })
}

/** Media is looked at last, when everything else is known to be right. */
export function withPlaceholders(task: Task, input: Record<string, unknown>): Record<string, unknown> {
  const media = inputFields(task).filter(({ name, media, many }) => media !== undefined && isMedia(input[name], many))
  const stand = media.map(({ name, many }) => {
    const value = input[name]
    return [name, many && Array.isArray(value) ? value.map(() => 'upload:placeholder') : 'upload:placeholder'] as const
  })
  return { ...input, ...Object.fromEntries(stand) }
}

function withReferences(deps: ApiDeps, owner: string, task: Task, input: Record<string, unknown>) {
  return withMedia(task, input, (kind, media) => toReference(deps, owner, kind, media))
}

/** The input with each picture, sound or video replaced by what stands for it. @throws AppError with the field's name. */
export async function withMedia(
  task: Task,
  input: Record<string, unknown>,
  replace: (kind: MediaKind, media: Media) => Promise<string>,
): Promise<Record<string, unknown>> {
  const replaced = { ...input }
  for (const { name, media, many } of inputFields(task)) {
    const value = input[name]
    if (media === undefined || !isMedia(value, many)) continue
    try {
      replaced[name] =
        many && Array.isArray(value)
          ? await Promise.all(value.map(item => replace(media, item)))
          : await replace(media, value as Media)
    } catch (error) {
      throw error instanceof AppError ? atField(error, name) : error
    }
  }
  return replaced
}

/** A list counts only where one is taken; elsewhere the task's own schema refuses it. */
function isMedia(value: unknown, many: boolean): value is Media | Media[] {
  if (Array.isArray(value)) return many && value.every(item => isMedia(item, false))
  return typeof value === 'string' || value instanceof Uint8Array || value instanceof File
}

function atField(error: AppError, name: string): AppError {
  const report = error.report()
  const path = [name, ...(report.path ?? [])]
  return AppError.from({ ...report, message: `${name}: ${report.message}`, path })
}

/** Text that the database refuses is refused here, where its field has a name. */
function requireStorable(parsed: unknown): void {
  const rest: [unknown, (string | number)[]][] = [[parsed, []]]
  for (let next = rest.pop(); next; next = rest.pop()) {
    const [value, path] = next
    if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
      throw new AppError('invalid-input', `${path.join('.')}: the text holds characters that cannot be kept`, {
        path,
        hint: 'Leave out NUL characters and half surrogate pairs.',
      })
    }
    if (value !== null && typeof value === 'object') {
      for (const [key, item] of Object.entries(value)) rest.push([item, [...path, key]])
    }
  }
}

/** What a search finds the job by: its texts, media apart. */
function searchText(task: Task, input: JsonObject): string {
  const media = new Set(inputFields(task).flatMap(({ name, media }) => (media === undefined ? [] : [name])))
  const texts = Object.entries(input).filter(([name, value]) => typeof value === 'string' && !media.has(name))
  return texts
    .map(([, text]) => text)
    .join('\n')
    .slice(0, 4000)
}
