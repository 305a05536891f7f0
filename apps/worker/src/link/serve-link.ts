import { deserialize, serialize } from 'node:v8'
import { AppError, type FromLiveWorker, type LiveResult, type ToLiveWorker } from '@hearth/contract'
import type { Logger } from '@hearth/log'
import type { WebSocket } from 'ws'
import type { WatchCamera } from '../cameras/watch-camera.ts'
import type { LiveLane } from '../lanes/live.ts'

/** Milliseconds without a sign of life after which the other side counts as gone. It gives one every 5 s. */
const silence = 20_000

const internal = new AppError('internal', 'something went wrong inside the worker', { hint: 'Its log has the cause.' })

export interface ServedLink {
  /** Says which models are in memory, if that is news. */
  tell(models: readonly string[]): void
}

/** Does what one api process asks for, until the connection ends; then whatever it still wanted is given up. */
export function serveLink(socket: WebSocket, lane: LiveLane, watchCamera: WatchCamera, log: Logger): ServedLink {
  const calls = new Map<number, AbortController>()
  const streams = new Set<string>()
  let told: string | undefined

  const send = (message: FromLiveWorker) => {
    if (socket.readyState === socket.OPEN) socket.send(serialize(message))
  }

  async function answer(call: number, work: (signal: AbortSignal) => Promise<LiveResult>): Promise<void> {
    const controller = new AbortController()
    calls.set(call, controller)
    try {
      send({ type: 'done', call, ...(await work(controller.signal)) })
    } catch (thrown) {
      if (!(thrown instanceof AppError)) log.error({ error: thrown }, 'a live run failed')
      // The words of others may tell of the inside.
      const error = thrown instanceof AppError ? thrown : internal
      send({ type: 'failed', call, error: error.report() })
    } finally {
      calls.delete(call)
    }
  }

  function obey(message: ToLiveWorker): void {
    if (message.type === 'run') {
      const { type: _, call, ...request } = message
      if (request.stream !== undefined) streams.add(request.stream)
      void answer(call, signal => lane.run(request, signal, value => send({ type: 'chunk', call, value })))
    } else if (message.type === 'open') {
      const { stream, task, model } = message
      streams.add(stream)
      void answer(message.call, signal => lane.open({ stream, task, model }, signal))
    } else if (message.type === 'watch') {
      const { call, camera } = message
      void answer(call, signal => watchCamera(camera, event => send({ type: 'camera', call, event }), signal))
    } else if (message.type === 'cancel') {
      calls.get(message.call)?.abort(new AppError('cancelled', 'the client left'))
    } else if (message.type === 'keep') {
      lane.keep(message.model, message.seconds)
    } else {
      streams.delete(message.stream)
      lane.close(message.stream)
    }
  }

  let alive = setTimeout(() => socket.terminate(), silence)
  socket.on('ping', () => {
    clearTimeout(alive)
    alive = setTimeout(() => socket.terminate(), silence)
  })
  socket.on('message', data => obey(deserialize(data as Buffer) as ToLiveWorker))
  socket.on('close', () => {
    clearTimeout(alive)
    for (const call of calls.values()) call.abort(new AppError('cancelled', 'the api is gone'))
    for (const stream of streams) lane.close(stream)
  })
  return {
    tell(models) {
      const text = JSON.stringify(models)
      if (text === told) return
      told = text
      send({ type: 'models', models: [...models] })
    },
  }
}
