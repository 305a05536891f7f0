import { createHash } from 'node:crypto'
import { AppError, type LiveRequest, type LiveResult, type NewFile } from '@hearth/contract'
import type { Logger } from '@hearth/log'
import { EngineCrash, type RunEvents } from '../engine/host.ts'
import type { Keepers } from '../keepers.ts'
import type { Lease } from '../lease.ts'
import type { Residents } from '../residents.ts'
import { type Chosen, chooseModel, createStreams, type LiveStream, type StreamsOptions } from './live-streams.ts'

export interface LiveOptions extends StreamsOptions {
  residents: Residents
  keepers: Keepers
  /** Milliseconds that a run may take once it has its model, or from one chunk of its answer to the next. */
  timeout: number
  log: Logger
}

/** Runs what is answered at once. Nothing touches queue, database or disk. */
export interface LiveLane {
  /**
   * Waits for the model for a moment, loads it if need be, runs.
   * @throws AppError `device-busy` where it would have to wait longer, `engine-crashed` also for an engine that gives no
   * answer, or what the task says.
   */
  run(request: LiveRequest, signal: AbortSignal, chunk?: (value: unknown) => void): Promise<LiveResult>
  /** Holds the model for a stream and loads it. Opening what is open is no error. */
  open(stream: LiveStream, signal: AbortSignal): Promise<LiveResult>
  close(stream: string): void
  /** Says for how many seconds a model stays in memory unused. Of one that is not there nothing is remembered. */
  keep(model: string, seconds: number): void
}

/** Milliseconds that a run may wait for its model; a model that is being loaded is waited for. */
const patience = 2_000

export function createLiveLane(options: LiveOptions): LiveLane {
  const { residents } = options
  const streams = createStreams(options)
  let runs = 0

  async function withLease<T>(
    chosen: Chosen,
    input: unknown,
    signal: AbortSignal,
    use: (lease: Lease, name: string) => Promise<T>,
  ) {
    runs += 1
    const name = `live-${runs}`
    const wait = boundedWait(residents, chosen.checkpoint.id, signal)
    const want = { ...chosen, input, lane: 'live' as const, order: [runs], signal: wait.signal }
    const lease = await residents.lease(want).finally(wait.end)
    try {
      await lease.load(signal)
      return await use(lease, name)
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof EngineCrash ? crashed(error) : error
    } finally {
      await lease.release()
    }
  }

  return {
    async run(request, signal, chunk) {
      const { task, model, stream, input } = request
      const chosen = await (stream === undefined
        ? chooseModel(options, task, model)
        : streams.weights({ stream, task, model }))
      return withLease(chosen, input, signal, async (lease, name) => {
        const files: NewFile[] = []
        const run = {
          run: name,
          task,
          input,
          media: request.media,
          ...(stream === undefined ? {} : { stream }),
        }
        const silence = boundedSilence(options.timeout)
        const events: RunEvents = {
          ...eventsOf(options, request, files),
          chunk(value) {
            silence.heard()
            chunk?.(value)
          },
        }
        try {
          const { output, milliseconds } = await lease.run(run, events, AbortSignal.any([signal, silence.signal]))
          return { output, files, engine_ms: milliseconds }
        } catch (error) {
          throw silence.signal.aborted ? tooSlow(model, options.timeout, error) : error
        } finally {
          silence.end()
        }
      })
    },
    async open(stream, signal) {
      try {
        await withLease(await streams.weights(stream), undefined, signal, async () => undefined)
      } catch (error) {
        streams.close(stream.stream)
        throw error
      }
      return { output: null, files: [], engine_ms: 0 }
    },
    close: streams.close,
    keep: (model, seconds) => residents.keep(model, seconds * 1000),
  }
}

/** The signal, and an end to the patience. */
function boundedWait(residents: Residents, model: string, signal: AbortSignal) {
  const controller = new AbortController()
  const giveUp = () => {
    if (residents.isLoading(model)) timer = setTimeout(giveUp, patience)
    else {
      controller.abort(
        new AppError('device-busy', `${model} had no turn within ${patience / 1000} s: too much is asked at once`, {
          hint: 'Send fewer frames, or raise HEARTH_LIVE_PER_DEVICE.',
          retryAfter: 1,
        }),
      )
    }
  }
  let timer = setTimeout(giveUp, patience)
  return { signal: AbortSignal.any([signal, controller.signal]), end: () => clearTimeout(timer) }
}

/** Aborts when nothing was heard for so many milliseconds. */
function boundedSilence(timeout: number) {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), timeout)
  return { signal: controller.signal, heard: () => void timer.refresh(), end: () => clearTimeout(timer) }
}

function eventsOf({ keepers, log }: LiveOptions, { task, model, owner }: LiveRequest, files: NewFile[]): RunEvents {
  return {
    // Whoever waits for an answer at once is told no steps towards it.
    progress: () => undefined,
    preview: () => undefined,
    log: (level, message) => log[level]({ task, model }, message),
    async save(file) {
      files.push(file)
      const { bytes, ...rest } = file
      return { ...rest, bytes: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') }
    },
    path: async reference => {
      throw new AppError('not-found', `${reference.slice(0, 100)} did not come with the request`)
    },
    ask: (noun, question) => keepers.answer(owner, noun, question),
  }
}

function tooSlow(model: string, timeout: number, cause: unknown): AppError {
  return new AppError('engine-crashed', `${model} gave no answer within ${timeout / 1000} s and was stopped`, {
    hint: 'Run it as a job, or raise HEARTH_LIVE_TIMEOUT.',
    retryable: true,
    retryAfter: 1,
    cause,
  })
}

function crashed(crash: EngineCrash): AppError {
  return new AppError('engine-crashed', crash.message, {
    hint: 'It starts anew with the next request. `hearth doctor` checks the model and the device.',
    retryable: true,
    retryAfter: 1,
    cause: crash,
  })
}
