import { randomUUID } from 'node:crypto'
import type { Config } from '@hearth/config'
import { AppError, type ErrorReport, toAppError } from '@hearth/contract'
import type { ApiDeps } from '../deps.ts'
import { faultOf, lookingTask, requireOptions } from './check-frame.ts'
import { liveReference } from './live-lane.ts'
import { countStreams } from './stream-count.ts'

/** What a stream says of one frame, or of itself where no frame is named. */
export type FrameNews =
  | {
      kind: 'answer'
      stream: string
      frame: number
      output: unknown
      timings: {
        /** Milliseconds that the frame waited for the one before. */
        queued_ms: number
        engine_ms: number
        /** From the frame's arrival to its answer. */
        total_ms: number
      }
      /** Frames so far that gave way to newer ones. */
      dropped: number
    }
  | { kind: 'problem'; stream: string; frame?: number; error: ErrorReport }

export interface FrameStreamOptions {
  owner: string
  /** Whose streams are counted together. */
  counted: string
  /** Id of a task with the lane `live` that looks at one picture. */
  task: string
  model?: string | undefined
  /** The other fields of the task's input. */
  options?: Record<string, unknown> | undefined
  /** Resolves when the reader has taken it: the next frame is not begun before. */
  deliver(news: FrameNews): Promise<void>
  /** The reader has not taken an answer for so long that the connection should end. */
  onTooSlow(): void
}

interface Frame {
  number: number
  bytes: Uint8Array
  /** When it came, by `performance.now()`. */
  at: number
}

/** Milliseconds after a refusal before the next frame is tried. */
const pauseAfterRefusal = 500
/** Milliseconds that a reader may take for one answer. */
const readerPatience = 10_000
/** Problems that may be on their way to the reader; more are not told. */
const untold = 8

type StreamDeps = Pick<ApiDeps, 'tasks' | 'live' | 'log'> & {
  config: Pick<Config, 'liveFrame' | 'liveStreams' | 'liveFps'>
}

/** The frames of one camera, looked at as fast as it goes: one at a time, always the newest. */
export class FrameStream {
  readonly id = randomUUID()
  readonly #deps: StreamDeps
  readonly #options: FrameStreamOptions
  /** The field of the task's input that takes a frame. */
  readonly #field: string
  readonly #countedOut: () => void
  readonly #closed = new AbortController()
  #opened: Promise<{ stream: string; model: string }> | undefined
  #waiting: Frame | undefined
  #working = false
  #dropped = 0
  #problems = 0
  #allowedAt = 0

  /** @throws AppError `not-found`, `invalid-input` for a task or options that do not fit, `rate-limited`. */
  constructor(deps: StreamDeps, options: FrameStreamOptions) {
    const { task, field } = lookingTask(deps, options.task)
    requireOptions(task, field, options.options ?? {})
    this.#deps = deps
    this.#options = options
    this.#field = field.name
    this.#countedOut = countStreams(deps.live, options.counted, deps.config.liveStreams)
  }

  /** Loads the model. @throws AppError. Otherwise the first frame does it. */
  async ready(): Promise<{ model: string }> {
    const { model } = await this.#open()
    return { model }
  }

  /** Takes a frame; the one that waits gives way to it. What cannot be a picture is answered with a problem. */
  frame(number: number, bytes: Uint8Array): void {
    if (this.#closed.signal.aborted) return
    const fault = faultOf(bytes, this.#deps.config.liveFrame)
    if (fault) {
      this.#refuse(fault, number)
      return
    }
    if (this.#waiting) this.#dropped += 1
    this.#waiting = { number, bytes, at: performance.now() }
    if (!this.#working) void this.#work()
  }

  /** Gives up what runs. */
  close(): void {
    if (this.#closed.signal.aborted) return
    this.#closed.abort(new AppError('cancelled', 'the stream was closed'))
    this.#waiting = undefined
    this.#countedOut()
    this.#opened?.then(
      ({ stream }) => this.#deps.live.close(stream),
      () => undefined,
    )
  }

  #open(): Promise<{ stream: string; model: string }> {
    const { task, model } = this.#options
    if (this.#opened) return this.#opened
    const opening = this.#deps.live.open({ task, model, signal: this.#closed.signal })
    this.#opened = opening
    // The next frame tries again.
    opening.catch(() => {
      if (this.#opened === opening) this.#opened = undefined
    })
    return opening
  }

  async #work(): Promise<void> {
    const { config, log } = this.#deps
    const { signal } = this.#closed
    this.#working = true
    while (this.#waiting && !signal.aborted) {
      await pause(this.#allowedAt - performance.now(), signal)
      // By now it may be a newer one.
      const frame = this.#waiting
      this.#waiting = undefined
      this.#allowedAt = performance.now() + 1000 / config.liveFps
      try {
        if (!signal.aborted) await this.#look(frame)
      } catch (thrown) {
        const error = toAppError(thrown)
        if (signal.aborted) break
        if (error.code === 'internal') log.error({ error: thrown, task: this.#options.task }, 'a frame failed')
        if (error.retryable) this.#allowedAt = performance.now() + pauseAfterRefusal
        this.#refuse(error, frame.number)
      }
    }
    this.#working = false
  }

  async #look({ number, bytes, at }: Frame): Promise<void> {
    const { task, options, owner, deliver, onTooSlow } = this.#options
    const { signal } = this.#closed
    const began = performance.now()
    const { stream } = await this.#open()
    const reference = liveReference(0)
    const input = { ...options, [this.#field]: reference }
    const media = new Map([[reference, bytes]])
    const answer = await this.#deps.live.run({ task, input, media, owner, signal, stream })
    const timings = {
      queued_ms: began - at,
      engine_ms: answer.timings.engine_ms,
      total_ms: performance.now() - at,
    }
    const { output } = answer
    const told = { kind: 'answer' as const, stream: this.id, frame: number, output, timings, dropped: this.#dropped }
    const tooSlow = setTimeout(onTooSlow, readerPatience)
    await deliver(told).finally(() => clearTimeout(tooSlow))
  }

  #refuse(error: AppError, frame: number): void {
    if (this.#problems >= untold) return
    this.#problems += 1
    this.#options.deliver({ kind: 'problem', stream: this.id, frame, error: error.report() }).then(
      () => {
        this.#problems -= 1
      },
      thrown => this.#deps.log.debug({ error: thrown }, 'a problem could not be told'),
    )
  }
}

/** Waits, or less if the signal says so. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds <= 0 || signal.aborted) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const end = () => {
    clearTimeout(timer)
    signal.removeEventListener('abort', end)
    resolve()
  }
  const timer = setTimeout(end, milliseconds)
  signal.addEventListener('abort', end)
  return promise
}
