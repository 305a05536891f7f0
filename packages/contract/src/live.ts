import type { ErrorReport } from './errors.ts'
import type { NewFile } from './run.ts'

/**
 * What an api process and a worker say to each other over the worker link. The worker dials; after that each message is
 * one binary WebSocket message, written by `v8.serialize`: plain data with the bytes of pictures inside. Numbers of
 * calls are the api's; every `open` and `run` is answered by exactly one `done` or `failed` with its number, unless the
 * link breaks.
 */
export type ToLiveWorker =
  /** Loads the model and keeps it until `close`. */
  | { type: 'open'; call: number; stream: string; task: string; model: string }
  | ({ type: 'run'; call: number } & LiveRequest)
  /** The client left: the call is answered with `failed`, as soon as the engine has heard of it. */
  | { type: 'cancel'; call: number }
  /** Forgets what the stream's runs remember and lets go of its model. Not answered. */
  | { type: 'close'; stream: string }

export type FromLiveWorker =
  /** Ids of the models in memory. The first message, and again whenever they change. */
  | { type: 'models'; models: string[] }
  | ({ type: 'done'; call: number } & LiveResult)
  | { type: 'failed'; call: number; error: ErrorReport }

/** One run at once, of which nothing is kept. */
export interface LiveRequest {
  task: string
  /** Id of the checkpoint. */
  model: string
  /** Media fields hold references whose bytes are in `media`. */
  input: unknown
  media: ReadonlyMap<string, Uint8Array>
  /** For whom keepers answer. */
  owner: string
  /** Runs with the same name share `RunContext.memory`; a stream that is not open yet is opened. */
  stream?: string
}

export interface LiveResult {
  /** The task's parsed output; null for `open`. */
  output: unknown
  files: NewFile[]
  /** Milliseconds inside the engine process, from the run's message to its end. */
  engine_ms: number
}

/** Path of the api's server at which workers knock. */
export const liveLinkPath = '/internal/worker-link'
/** Header that names the worker. The other one is `authorization: Bearer` with the api node's token. */
export const liveWorkerHeader = 'x-hearth-worker'
