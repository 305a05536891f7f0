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
  /** Looks through a camera until `cancel`, telling with `camera` what it sees. */
  | { type: 'watch'; call: number; camera: CameraOrder }
  /** The client left: the call is answered with `failed`, as soon as the engine has heard of it. */
  | { type: 'cancel'; call: number }
  /** Says for how long a model stays in memory when nobody uses it: 0 for no time, `Infinity` for ever. Not answered. */
  | { type: 'keep'; model: string; seconds: number }
  /** Forgets what the stream's runs remember and lets go of its model. Not answered. */
  | { type: 'close'; stream: string }

export type FromLiveWorker =
  /** Ids of the models in memory. The first message, and again whenever they change. */
  | { type: 'models'; models: string[] }
  | ({ type: 'done'; call: number } & LiveResult)
  | { type: 'failed'; call: number; error: ErrorReport }
  /** A piece of the streamed answer of a run. */
  | { type: 'chunk'; call: number; value: unknown }
  | { type: 'camera'; call: number; event: CameraEvent }

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

/** A stream that the worker reads by itself. */
export interface CameraOrder {
  /** `rtsp://`, `rtsps://`, or a reference to a video file, which is played over and over. */
  source: string
  owner: string
  task: string
  /** Id of the checkpoint. */
  model: string
  /** Field of the task's input that takes the pictures, and all others. */
  field: string
  options: Record<string, unknown>
  /** Frames that are looked at in a second, at most. */
  fps: number
}

/** What happens at a camera while it is watched. */
export type CameraEvent =
  | { kind: 'state'; state: 'connecting' }
  /** Pictures come. `fps`: how many were looked at in a second, lately. */
  | { kind: 'state'; state: 'live'; fps: number }
  /** Tried again in so many seconds. `away`: no worker is there to look. */
  | { kind: 'state'; state: 'error' | 'away'; error: ErrorReport; retry_in: number }
  | ({ kind: 'frame' } & CameraFrame)

/** A picture of a camera and what the task says of it. */
export interface CameraFrame {
  frame: number
  /** Whose output it is: a camera may be given another task while it is watched. */
  task: string
  output: unknown
  /** JPEG. */
  image: Uint8Array
  engine_ms: number
  /** Milliseconds from the picture's arrival at the worker until its answer. */
  delay_ms: number
  /** Pictures so far that came too fast. */
  dropped: number
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
