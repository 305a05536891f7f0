import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { type CameraEvent, type CameraOrder, type LiveResult, toAppError } from '@hearth/contract'
import { readStream, type StreamSource } from '@hearth/media'
import type { LiveLane } from '../lanes/live.ts'

/** Looks through a camera until the signal aborts; whatever happens there is told and tried again. */
export type WatchCamera = (
  camera: CameraOrder,
  tell: (event: CameraEvent) => void,
  signal: AbortSignal,
) => Promise<LiveResult>

export interface CameraWatchOptions {
  lane: Pick<LiveLane, 'run' | 'close'>
  /** Path of the file behind a reference. @throws AppError `not-found`. */
  locate(reference: string, owner: string): Promise<string>
  /** Milliseconds before a broken stream is tried again: the first time, and at most. */
  firstPause?: number
  longestPause?: number
  /** Milliseconds without a picture after which a stream counts as broken. */
  patience?: number
}

/** Longer side of the pictures that are looked at and shown. */
const longestSide = 960
/** Milliseconds between two reports of the rate. */
const reportInterval = 2_000
/** Milliseconds after which the next picture is tried when the model is busy or crashed. */
const busyPause = 500
/** Name of the picture among the media of a run. */
const reference = 'upload:camera000'

export function createCameraWatch(options: CameraWatchOptions): WatchCamera {
  const { lane, firstPause = 500, longestPause = 30_000 } = options
  return async (camera, tell, signal) => {
    const stream = `camera-${randomUUID()}`
    let pause = firstPause
    let number = 0
    try {
      for (;;) {
        tell({ kind: 'state', state: 'connecting' })
        const before = number
        try {
          await follow(options, camera, stream, signal, event => {
            if (event.kind === 'frame') tell({ ...event, frame: ++number })
            else tell(event)
          })
        } catch (thrown) {
          signal.throwIfAborted()
          // A stream that gave pictures is tried again soon.
          if (number > before) pause = firstPause
          tell({ kind: 'state', state: 'error', error: toAppError(thrown).report(), retry_in: pause / 1000 })
        }
        await rest(pause, signal)
        pause = Math.min(pause * 2, longestPause)
      }
    } finally {
      lane.close(stream)
    }
  }
}

/** Reads the stream and looks at the newest picture, again and again. Ends with an error alone. */
async function follow(
  { lane, locate, patience = 10_000 }: CameraWatchOptions,
  camera: CameraOrder,
  stream: string,
  signal: AbortSignal,
  tell: (event: CameraEvent) => void,
): Promise<never> {
  const stop = new AbortController()
  const both = AbortSignal.any([signal, stop.signal])
  const source = await sourceOf(camera, locate)
  const { task, model, owner, field, options, fps } = camera
  const rate = measureRate()
  let newest: { image: Uint8Array; at: number } | undefined
  let arrived = Promise.withResolvers<void>()
  let dropped = 0

  async function read(): Promise<never> {
    for await (const picture of readStream(source, { fps, maxSide: longestSide, patience, signal: both })) {
      if (newest) dropped += 1
      newest = { image: picture, at: performance.now() }
      arrived.resolve()
    }
    throw new Error('a stream ends with an error')
  }

  async function look(): Promise<never> {
    for (;;) {
      await arrived.promise
      both.throwIfAborted()
      arrived = Promise.withResolvers<void>()
      const picture = newest
      newest = undefined
      if (!picture) continue
      const { image, at } = picture
      const input = { ...options, [field]: reference }
      const media = new Map([[reference, image]])
      const answer = await lane.run({ task, model, input, media, owner, stream }, both).catch(busy)
      if (answer === undefined) {
        await rest(busyPause, both)
        continue
      }
      const { output, engine_ms } = answer
      const delay_ms = performance.now() - at
      const seen = rate.count()
      if (seen !== undefined) tell({ kind: 'state', state: 'live', fps: seen })
      tell({ kind: 'frame', frame: 0, task, output, image, engine_ms, delay_ms, dropped })
    }
  }

  /** The stream is not to blame: only this picture is let go. */
  function busy(thrown: unknown): undefined {
    const error = toAppError(thrown)
    if (both.aborted || !error.retryable) throw thrown
    tell({ kind: 'state', state: 'error', error: error.report(), retry_in: busyPause / 1000 })
  }

  const reading = read()
  const looking = look()
  try {
    return await Promise.race([reading, looking])
  } finally {
    // Whichever is left ends by itself; why, is known from the other.
    stop.abort()
    arrived.resolve()
    await Promise.allSettled([reading, looking])
  }
}

/** @throws why the signal aborted. */
async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  await wait(milliseconds, undefined, { signal }).catch(() => undefined)
  signal.throwIfAborted()
}

async function sourceOf({ source, owner }: CameraOrder, locate: CameraWatchOptions['locate']): Promise<StreamSource> {
  if (/^rtsps?:\/\//.test(source)) return { kind: 'rtsp', url: source }
  return { kind: 'file', path: await locate(source, owner) }
}

/** Frames a second over the last interval: told with the first frame and whenever an interval is over. */
function measureRate(): { count(): number | undefined } {
  let frames = 0
  let since: number | undefined
  return {
    count() {
      const now = performance.now()
      frames += 1
      if (since === undefined) {
        since = now
        return 0
      }
      if (now - since < reportInterval) return undefined
      const rate = (frames / (now - since)) * 1000
      frames = 0
      since = now
      return Math.round(rate * 10) / 10
    },
  }
}
