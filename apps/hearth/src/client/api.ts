import type { Config } from '@hearth/config'
import {
  AppError,
  type ErrorReport,
  errorStatus,
  type JobEvent,
  type JobView,
  jobEvent,
  jobView,
  type ModelView,
  modelView,
} from '@hearth/contract'
import { z } from 'zod'
import { readOwnerKey } from '../supervisor/owner-key.ts'
import { readRunFile } from '../supervisor/run-file.ts'
import { readEventStream } from './event-stream.ts'

const taskSummary = z.object({ id: z.string(), capability: z.string(), lanes: z.array(z.string()) })
const taskView = taskSummary.extend({
  input: z.looseObject({
    required: z.array(z.string()).default([]),
    properties: z.record(z.string(), z.looseObject({})).default({}),
  }),
})
export type TaskSummary = z.infer<typeof taskSummary>
export type TaskView = z.infer<typeof taskView>

const doorView = z.object({
  dialect: z.string(),
  url: z.string(),
  key: z.object({ name: z.string().nullable() }),
  open: z.boolean(),
  reason: z.string().nullable(),
})
export type DoorView = z.infer<typeof doorView>

export interface NewJob {
  input: Record<string, unknown>
  model?: string
}

/** The API of a running Hearth, as the command line uses it. Every method throws AppErrors as the server sent them. */
export interface Client {
  url: string
  /** It runs on this machine's data folder, so that outputs can be named by their paths. */
  local: boolean
  tasks(): Promise<TaskSummary[]>
  task(id: string): Promise<TaskView>
  createJob(task: string, job: NewJob): Promise<JobView>
  job(id: string): Promise<JobView>
  cancelJob(id: string): Promise<void>
  /** Events after a number, live, until the connection ends; it may end at any time. */
  events(id: string, after: number, signal: AbortSignal): AsyncGenerator<JobEvent>
  upload(file: Blob, name: string): Promise<string>
  models(): Promise<ModelView[]>
  model(id: string): Promise<ModelView>
  /** Asks for a model; the download is a job. */
  pull(id: string, acceptLicence: boolean): Promise<JobView>
  doors(): Promise<DoorView[]>
  openDoor(door: { dialect: string; port: number; key: string }): Promise<DoorView>
  closeDoor(port: number): Promise<void>
}

/**
 * Whom the command line speaks to: HEARTH_URL with HEARTH_KEY, else the instance that runs on the data folder.
 * @throws AppError unavailable if there is neither.
 */
export async function createClient(config: Config): Promise<Client> {
  const { url, key, local } = await findServer(config)
  const send = sender(url, key)
  const json = async <T>(schema: z.ZodType<T>, path: string, init?: RequestInit) =>
    schema.parse(await (await send(path, init)).json())
  const post = (body: unknown): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return {
    url,
    local,
    tasks: async () => (await json(z.object({ tasks: z.array(taskSummary) }), '/api/v1/tasks')).tasks,
    task: id => json(taskView, `/api/v1/tasks/${encodeURIComponent(id)}`),
    createJob: (task, job) => json(jobView, `/api/v1/tasks/${encodeURIComponent(task)}/jobs`, post(job)),
    job: id => json(jobView, `/api/v1/jobs/${id}`),
    async cancelJob(id) {
      await send(`/api/v1/jobs/${id}/cancel`, { method: 'POST' })
    },
    async *events(id, after, signal) {
      const headers = { accept: 'text/event-stream', 'last-event-id': String(after) }
      const response = await send(`/api/v1/jobs/${id}/events`, { headers, signal })
      if (!response.body) return
      for await (const data of readEventStream(response.body)) yield jobEvent.parse(JSON.parse(data))
    },
    async upload(file, name) {
      const form = new FormData()
      form.set('file', file, name)
      return (await json(z.object({ id: z.string() }), '/api/v1/uploads', { method: 'POST', body: form })).id
    },
    models: async () => (await json(z.object({ models: z.array(modelView) }), '/api/v1/models')).models,
    model: id => json(modelView, `/api/v1/models/${encodeURIComponent(id)}`),
    pull: (id, acceptLicence) =>
      json(jobView, `/api/v1/models/${encodeURIComponent(id)}/pull`, post({ accept_licence: acceptLicence })),
    doors: async () => (await json(z.object({ doors: z.array(doorView) }), '/api/v1/doors')).doors,
    openDoor: door => json(doorView, '/api/v1/doors', post(door)),
    async closeDoor(port) {
      await send(`/api/v1/doors/${port}`, { method: 'DELETE' })
    },
  }
}

async function findServer(config: Config): Promise<{ url: string; key: string; local: boolean }> {
  if (config.url !== undefined) {
    if (config.key !== undefined) return { url: config.url, key: config.key, local: false }
    throw new AppError('unauthenticated', `HEARTH_URL names ${config.url}, but there is no key for it.`, {
      hint: 'Set HEARTH_KEY to a key of that server (`hearth key create NAME` there makes one).',
    })
  }
  const [running, ownerKey] = await Promise.all([readRunFile(config.roots.state), readOwnerKey(config)])
  const key = config.key ?? ownerKey
  if (running && key !== undefined) return { url: running.url, key, local: true }
  throw new AppError('unavailable', 'Hearth is not running on this data folder.', {
    hint: 'Start it with `hearth start`, or name another server with HEARTH_URL and HEARTH_KEY.',
  })
}

function sender(url: string, key: string) {
  return async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${key}`)
    let response: Response
    try {
      response = await fetch(`${url}${path}`, { ...init, headers })
    } catch (cause) {
      if (init.signal?.aborted) throw cause
      throw new AppError('unavailable', `${url} cannot be reached.`, {
        hint: 'See whether it runs: `hearth status`.',
        cause,
      })
    }
    if (response.ok) return response
    throw await errorOf(response)
  }
}

const failure = z.object({
  error: z.looseObject({
    code: z.enum(Object.keys(errorStatus) as [keyof typeof errorStatus]),
    message: z.string(),
    hint: z.string().optional(),
    retryable: z.boolean().default(false),
  }),
})

async function errorOf(response: Response): Promise<AppError> {
  const text = await response.text()
  const parsed = failure.safeParse(parseJson(text))
  if (parsed.success) return AppError.from(parsed.data.error satisfies ErrorReport)
  return new AppError('unavailable', `${response.url} answered ${response.status}: ${text.slice(0, 300)}`, {
    retryable: response.status >= 500,
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
