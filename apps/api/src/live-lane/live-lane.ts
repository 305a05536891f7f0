import { randomUUID } from 'node:crypto'
import { AppError, type NewFile, toAppError } from '@hearth/contract'
import type { Models } from '@hearth/models'
import type { WorkerLink } from './worker-link.ts'
import type { WorkerLinks } from './worker-links.ts'

/** One run of a task that is answered at once and leaves nothing behind. */
export interface LiveRun {
  task: string
  /** Id or alias; absent: the default of the task. Of a stream: what it was opened with. */
  model?: string | undefined
  /** Media fields hold references whose bytes are in `media`; see `liveReference`. */
  input: unknown
  media: ReadonlyMap<string, Uint8Array>
  /** For whom it is run. */
  owner: string
  /** The run is given up when it aborts. */
  signal: AbortSignal
  /** Hears each piece of a streamed answer. */
  chunk?: ((value: unknown) => void) | undefined
  /** Of `open`; its runs share `RunContext.memory`. */
  stream?: string | undefined
}

export interface LiveAnswer {
  /** The task's parsed output. */
  output: unknown
  files: NewFile[]
  /** Id of the checkpoint. */
  model: string
  timings: {
    /** Inside the engine process. */
    engine_ms: number
    /** From here and back. */
    total_ms: number
  }
}

/** Work that skips row and queue: api, worker link, engine, and back. */
export interface LiveLane {
  /**
   * @throws AppError `unavailable` where no worker is linked or it went away, `device-busy` where the model or the room
   * is in use, `model-not-installed`, `engine-crashed`, or what the task says. The first three say when to try again.
   */
  run(run: LiveRun): Promise<LiveAnswer>
  /** Loads the model and keeps it in memory until `close`. @throws as `run`. */
  open(stream: Pick<LiveRun, 'task' | 'model' | 'signal'>): Promise<{ stream: string; model: string }>
  /** Ends a stream; what its runs remember is forgotten. Closing what is not open is no error. */
  close(stream: string): void
  /** Says for how many seconds a model stays in memory unused, wherever it is: 0 for no time, `Infinity` for ever. */
  keep(model: string, seconds: number): void
}

interface OpenStream {
  task: string
  model: string
  /** Where its memory is; another worker takes over, without it, when this one is gone. */
  link: WorkerLink | undefined
}

/** Name of the n-th picture that travels with a run, as a media field takes it. */
export function liveReference(index: number): string {
  return `upload:live${String(index).padStart(4, '0')}`
}

export function createLiveLane({ models, links }: { models: Models; links: WorkerLinks }): LiveLane {
  const streams = new Map<string, OpenStream>()

  /** Tries the workers, best first, until one is not too busy. */
  async function place<T>(model: string, use: (link: WorkerLink) => Promise<T>): Promise<T> {
    let refusal: AppError | undefined
    for (const link of inOrder(links.list(), model)) {
      try {
        return await use(link)
      } catch (thrown) {
        const error = toAppError(thrown)
        if (error.code !== 'device-busy') throw error
        refusal ??= error
      }
    }
    throw refusal ?? noWorker()
  }

  async function runInStream(id: string, { input, media, owner, signal, chunk }: LiveRun) {
    const stream = streams.get(id)
    if (!stream) throw new AppError('not-found', 'the stream is not open any more', { hint: 'Open it again.' })
    const { task, model } = stream
    const request = { type: 'run' as const, task, model, input, media, owner, stream: id }
    if (!stream.link?.isOpen) stream.link = inOrder(links.list(), model)[0]
    if (!stream.link) throw noWorker()
    return { model, result: await stream.link.call(request, signal, { chunk }) }
  }

  async function runAlone({ task, model: wanted, input, media, owner, signal, chunk }: LiveRun) {
    const model = (await models.resolve(task, wanted)).id
    const request = { type: 'run' as const, task, model, input, media, owner }
    return { model, result: await place(model, link => link.call(request, signal, { chunk })) }
  }

  return {
    async run(run) {
      const began = performance.now()
      const { model, result } = await (run.stream === undefined ? runAlone(run) : runInStream(run.stream, run))
      const { output, files, engine_ms } = result
      return { output, files, model, timings: { engine_ms, total_ms: performance.now() - began } }
    },
    async open({ task, model: wanted, signal }) {
      const model = (await models.resolve(task, wanted)).id
      const stream = randomUUID()
      const link = await place(model, async link => {
        await link.call({ type: 'open', stream, task, model }, signal)
        return link
      })
      streams.set(stream, { task, model, link })
      return { stream, model }
    },
    close(stream) {
      streams.get(stream)?.link?.closeStream(stream)
      streams.delete(stream)
    },
    keep(model, seconds) {
      for (const link of links.list()) if (link.has(model)) link.keep(model, seconds)
    },
  }
}

/** Whoever has the model in memory first, then whoever has least to do. */
export function inOrder(links: readonly WorkerLink[], model: string): WorkerLink[] {
  return [...links].sort((a, b) => Number(b.has(model)) - Number(a.has(model)) || a.load - b.load)
}

export function noWorker(): AppError {
  return new AppError('unavailable', 'no worker is linked', { hint: '`hearth status` says why.', retryAfter: 2 })
}
