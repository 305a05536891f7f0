import type { Checkpoint, ErrorReport, LogLevel, NewFile, OutputFile, Placement } from '@hearth/contract'

/** What the worker tells an engine. */
export type ToEngine =
  | { type: 'load'; checkpoint: Checkpoint; placement: Placement; testFamilies: boolean }
  | ({ type: 'run' } & RunRequest)
  | { type: 'cancel'; run: string }
  /** The stream is over: what its runs remember goes. */
  | { type: 'forget'; stream: string }
  /** Answers an `ask`. */
  | { type: 'answer'; ask: number; answer: Answer }
  | { type: 'end' }

export interface RunRequest {
  run: string
  task: string
  input: unknown
  /** Bytes behind references, where they came with the request. */
  media?: ReadonlyMap<string, Uint8Array>
  /** Runs of one stream share a memory. */
  stream?: string
}

/** What an engine tells the worker. `run` names the run that it belongs to. */
export type FromEngine =
  /** Bytes of RAM that loading added. */
  | { type: 'loaded'; bytes: number }
  | { type: 'load-failed'; error: ErrorReport }
  | { type: 'progress'; run: string; done: number; total: number; message?: string }
  | { type: 'preview'; run: string; image: Uint8Array; mime: string }
  | { type: 'log'; run: string; level: LogLevel; message: string }
  | { type: 'chunk'; run: string; value: unknown }
  | { type: 'ask'; run: string; ask: number; question: Question }
  /** Bytes of RAM that the model takes after the run, and how long it took. */
  | { type: 'done'; run: string; output: unknown; bytes: number; milliseconds: number }
  | { type: 'failed'; run: string; error: ErrorReport; bytes: number }

/** What a run wants from the worker, which keeps the files. */
export type Question =
  | { kind: 'save'; file: NewFile }
  | { kind: 'path'; reference: string }
  | { kind: 'ask'; noun: string; question: unknown }

export type Answer =
  | { kind: 'saved'; file: OutputFile }
  | { kind: 'path'; path: string }
  | { kind: 'told'; answer: unknown }
  | { kind: 'refused'; error: ErrorReport }
