import { setTimeout as wait } from 'node:timers/promises'
import { type CameraEvent, toAppError } from '@hearth/contract'
import type { Logger } from '@hearth/log'
import type { Models } from '@hearth/models'
import type { cameras } from '@hearth/store'
import { inOrder, noWorker } from '../live-lane/live-lane.ts'
import type { WorkerLinks } from '../live-lane/worker-links.ts'

/** Milliseconds before a worker is looked for again: the first time, and at most. */
const firstPause = 500
const longestPause = 10_000

export type CameraRow = cameras.CameraRow
type Listener = (event: CameraEvent) => void

/**
 * The cameras that are watched through this process. A worker reads a camera while at least one listens, and once for
 * all who do; nothing is kept.
 */
export interface CameraHub {
  /** Hears what happens at a camera, the latest state first, until the returned function is called. */
  watch(camera: CameraRow, field: string, listener: Listener): () => void
  /** The camera is another now, or none: whoever watches hears the new one, or that it is off or gone. */
  changed(id: string, now: { camera: CameraRow; field: string } | undefined): void
}

interface Watched {
  camera: CameraRow
  field: string
  listeners: Set<Listener>
  state: CameraEvent
  stop: AbortController
}

export function createCameraHub({
  models,
  links,
  log,
}: {
  models: Models
  links: WorkerLinks
  log: Logger
}): CameraHub {
  const watched = new Map<string, Watched>()

  function tell(entry: Watched, event: CameraEvent): void {
    if (event.kind === 'state') entry.state = event
    for (const listener of entry.listeners) listener(event)
  }

  /** Until it is stopped, with whatever worker there is. */
  async function run(entry: Watched, signal: AbortSignal): Promise<void> {
    const { camera, field } = entry
    const { source, owner, task, options, fps } = camera
    for (let pause = firstPause; !signal.aborted; pause = Math.min(2 * pause, longestPause)) {
      const began = performance.now()
      try {
        const model = (await models.resolve(task, camera.model ?? undefined)).id
        const link = inOrder(links.list(), model)[0]
        if (!link) throw noWorker()
        const order = { source, owner, task, model, field, options, fps }
        await link.call({ type: 'watch', camera: order }, signal, { camera: event => tell(entry, event) })
      } catch (thrown) {
        if (signal.aborted) return
        const error = toAppError(thrown)
        if (error.code === 'internal') log.error({ error: thrown, camera: camera.id }, 'a camera cannot be watched')
        if (performance.now() - began > longestPause) pause = firstPause
        // What a stream suffers from is told as an event; what ends the call is about the worker.
        const state = error.code === 'unavailable' ? 'away' : 'error'
        tell(entry, { kind: 'state', state, error: error.report(), retry_in: pause / 1000 })
      }
      await wait(pause, undefined, { signal }).catch(() => undefined)
    }
  }

  function start(entry: Watched): void {
    entry.stop = new AbortController()
    void run(entry, entry.stop.signal)
  }

  return {
    watch(camera, field, listener) {
      const known = watched.get(camera.id)
      const state: CameraEvent = { kind: 'state', state: 'connecting' }
      const entry = known ?? { camera, field, listeners: new Set<Listener>(), state, stop: new AbortController() }
      entry.listeners.add(listener)
      listener(entry.state)
      if (!known) {
        watched.set(camera.id, entry)
        start(entry)
      }
      return () => {
        entry.listeners.delete(listener)
        if (entry.listeners.size > 0 || watched.get(camera.id) !== entry) return
        watched.delete(camera.id)
        entry.stop.abort()
      }
    },
    changed(id, now) {
      const entry = watched.get(id)
      if (!entry) return
      entry.stop.abort()
      if (now) Object.assign(entry, now)
      else watched.delete(id)
      if (now?.camera.enabled) start(entry)
      else tell(entry, { kind: 'state', state: 'error', error: cameraGone(now !== undefined), retry_in: 0 })
    },
  }
}

function cameraGone(there: boolean) {
  const message = there ? 'the camera was switched off' : 'the camera was removed'
  return { code: 'not-found' as const, message, retryable: false }
}
