import { AppError, type CameraEvent, toAppError } from '@hearth/contract'
import { cameras } from '@hearth/store'
import type { Socket } from 'socket.io'
import { z } from 'zod'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { lookingTask } from '../live-lane/check-frame.ts'
import { countStreams } from '../live-lane/stream-count.ts'

const message = z.object({ camera: z.string().max(100) })

/**
 * Registered cameras in namespace `/live`. The client says `watch {camera}`, acknowledged with `{camera}` or `{error}`,
 * and `unwatch {camera}`. It hears `camera {camera, kind: 'state', state, fps?, error?, retry_in?}` and, for every
 * picture that is looked at, `camera {camera, kind: 'frame', ...CameraFrame}`. A reader that is behind gets the next picture instead.
 */
export function serveCameras(deps: ApiDeps, socket: Socket): void {
  const caller: Caller = socket.data.caller
  const watched = new Map<string, () => void>()

  async function watch(given: unknown): Promise<{ camera: string }> {
    const id = cameraOf(given)
    const camera = await cameras.get(deps.store, { id, owner: caller.owner })
    if (!camera) throw new AppError('not-found', `there is no camera ${id}`)
    if (!camera.enabled) throw new AppError('conflict', 'the camera is switched off', { hint: 'Switch it on first.' })
    if (watched.has(id) || !socket.connected) return { camera: id }
    const { field } = lookingTask(deps, camera.task)
    const countedOut = countStreams(deps.live, caller.key?.id ?? caller.owner, deps.config.liveStreams)
    const leave = deps.cameras.watch(camera, field.name, event => tell(socket, id, event))
    watched.set(id, () => {
      leave()
      countedOut()
    })
    return { camera: id }
  }

  function unwatch(id: string): void {
    watched.get(id)?.()
    watched.delete(id)
  }

  socket.on('watch', (given: unknown, acknowledge?: unknown) => {
    const answer = typeof acknowledge === 'function' ? (value: unknown) => acknowledge(value) : () => undefined
    watch(given).then(answer, thrown => {
      const error = toAppError(thrown)
      if (error.code === 'internal') deps.log.error({ error: thrown }, 'a camera could not be watched')
      answer({ error: error.report() })
    })
  })
  socket.on('unwatch', (given: unknown) => {
    const parsed = message.safeParse(given)
    if (parsed.success) unwatch(parsed.data.camera)
  })
  socket.on('disconnect', () => {
    for (const id of [...watched.keys()]) unwatch(id)
  })
}

function cameraOf(given: unknown): string {
  const parsed = message.safeParse(given)
  if (parsed.success) return parsed.data.camera
  throw new AppError('invalid-input', 'expected {camera}')
}

function tell(socket: Socket, camera: string, event: CameraEvent): void {
  if (event.kind === 'state') socket.emit('camera', { camera, ...event })
  // Left out where the connection is still busy with what came before.
  else socket.volatile.emit('camera', { camera, ...event, image: Buffer.from(event.image) })
}
