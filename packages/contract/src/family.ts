import type { Checkpoint, CheckpointEntry } from './checkpoint.ts'
import type { Model } from './run.ts'

export type DeviceKind = 'cpu' | 'cuda' | 'webgpu'

/** Where a model is to be loaded. */
export interface Placement {
  device: DeviceKind
  deviceIndex: number
  /** Threads that computing libraries may use; always passed on to them. */
  threads: number
}

/** What a family can tell of a folder from its own config files, without reading weights. */
export interface FolderDescription {
  title: string
  tasks: string[]
  precision: CheckpointEntry['precision']
  defaults: CheckpointEntry['defaults']
  languages?: CheckpointEntry['languages']
}

/** A folder as `describe` sees it. */
export interface FolderView {
  /** Paths relative to the folder, with `/`. */
  files: readonly { path: string; bytes: number }[]
  /** Parses a small JSON file of the folder; undefined if it is not there. Throws `model-broken` on bad JSON. */
  json(path: string): Promise<unknown>
}

/** One way to keep promises. This file is light; weights are touched by `load.ts` alone, in the engine process. */
export interface Family {
  /** Kebab-case, equal to the folder's name. */
  id: string
  title: string
  /** What runs it; `none` takes no device and no turn on one. */
  engine: 'onnx' | 'llama-cpp' | 'ggml' | 'sherpa' | 'python' | 'http' | 'none'
  /** Name of the Python environment that it runs in; `hearth setup` makes it. */
  environment?: string
  /** Ids of the tasks it can serve. */
  tasks: readonly string[]
  /** Checkpoints that need no files. */
  builtin?: readonly Checkpoint[]
  /** Recognises a folder in this family's layout; undefined if it is not. */
  describe?(folder: FolderView): Promise<FolderDescription | undefined>
  /** Bytes of device memory that the loaded model may take at its peak, for this input where one is known. */
  estimate(checkpoint: Checkpoint, input?: unknown): number
  /**
   * Runs of one loaded model that may be under way at the same time; 1 unless said. Such a family shares the device out
   * among them itself, and `estimate` counts all of them.
   */
  concurrency?: number
  /** Seconds are learnt from past runs; this is the amount of work they are proportional to (steps x pixels ...). */
  work?(input: unknown): number
}

export function defineFamily(family: Family): Family {
  return family
}

/** What `load.ts` exports as `load`. */
export type Load = (checkpoint: Checkpoint, placement: Placement) => Promise<Model>
