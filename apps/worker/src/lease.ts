import { AppError } from '@hearth/contract'
import type { Engine, RunEvents, RunResult } from './engine/host.ts'
import type { RunRequest } from './engine/protocol.ts'

export interface LeaseParts {
  /** Once the model is loaded. */
  engine(): Engine | undefined
  /** Loads it; where that is under way already, waits for it. */
  start(signal: AbortSignal): Promise<void>
  release(usable: boolean): Promise<void>
}

/** A model, and a turn on its device, for one job. */
export class Lease {
  readonly device: string
  readonly #parts: LeaseParts
  #usable = true

  constructor(device: string, parts: LeaseParts) {
    this.device = device
    this.#parts = parts
  }

  /** Whether the model is in memory already. */
  get warm(): boolean {
    return this.#parts.engine() !== undefined
  }

  /** Loads the model unless it is in memory. */
  async load(signal: AbortSignal): Promise<void> {
    if (this.warm) return
    try {
      await this.#parts.start(signal)
    } catch (error) {
      this.#usable = false
      throw error
    }
  }

  /** Runs a task; the model has to be loaded. See `Engine.run`. */
  async run(request: RunRequest, events: RunEvents, signal: AbortSignal): Promise<RunResult> {
    const engine = this.#parts.engine()
    if (!engine) throw new AppError('internal', 'a run was asked for before the model was loaded')
    return engine.run(request, events, signal)
  }

  /** Gives model and turn back; resolves at once unless the engine has to end. */
  release(): Promise<void> {
    return this.#parts.release(this.#usable)
  }
}
