import { AppError, toAppError } from '@hearth/contract'
import type { Socket } from 'socket.io'
import { z } from 'zod'
import type { Caller } from '../auth/caller.ts'
import type { ApiDeps } from '../deps.ts'
import { type FrameNews, FrameStream } from '../live-lane/frame-stream.ts'

const opening = z.object({
  task: z.string().max(100),
  model: z.string().max(200).optional(),
  options: z.record(z.string(), z.json()).optional(),
})

/**
 * Namespace `/live`, any number of cameras on one connection. The client says
 * - `open {task, model?, options?}`, acknowledged with `{stream, model}` when the model is loaded, or `{error}`;
 * - `frame (stream, number, bytes)`: JPEG, WebP or PNG, as often as it likes;
 * - `close (stream)`.
 *
 * It hears `answer {stream, frame, output, timings, dropped}` for every frame that is looked at, always the newest, and
 * `problem {stream?, frame?, error}`. With the connection its streams end.
 */
export function serveFrames(deps: ApiDeps, socket: Socket): void {
  const caller: Caller = socket.data.caller
  const streams = new Map<string, FrameStream>()
  const deliver = ({ kind, ...news }: FrameNews) => {
    socket.emit(kind, news)
    return taken(socket)
  }
  const problem = (thrown: unknown, frame: object = {}) => {
    if (behind(socket)) return
    socket.emit('problem', { ...frame, error: toAppError(thrown).report() })
  }

  async function open(message: unknown): Promise<{ stream: string; model: string }> {
    const parsed = opening.safeParse(message)
    if (!parsed.success) throw new AppError('invalid-input', 'expected {task, model?, options?}')
    const stream = new FrameStream(deps, {
      ...parsed.data,
      owner: caller.owner,
      counted: caller.key?.id ?? caller.owner,
      deliver,
      onTooSlow: () => socket.disconnect(true),
    })
    streams.set(stream.id, stream)
    try {
      return { stream: stream.id, ...(await stream.ready()) }
    } catch (error) {
      streams.delete(stream.id)
      stream.close()
      throw error
    }
  }

  socket.on('open', (message: unknown, acknowledge?: unknown) => {
    const answer = typeof acknowledge === 'function' ? (value: unknown) => acknowledge(value) : () => undefined
    open(message).then(answer, thrown => {
      const error = toAppError(thrown)
      if (error.code === 'internal') deps.log.error({ error: thrown }, 'a stream could not be opened')
      answer({ error: error.report() })
    })
  })
  socket.on('frame', (id: unknown, number: unknown, bytes: unknown) => {
    const stream = typeof id === 'string' ? streams.get(id) : undefined
    if (!stream) return problem(new AppError('not-found', 'there is no such stream', { hint: 'Open one first.' }))
    if (!Number.isSafeInteger(number) || !(bytes instanceof Uint8Array)) {
      return problem(new AppError('invalid-input', 'expected (stream, number, bytes)'), { stream: id })
    }
    stream.frame(Number(number), bytes)
  })
  socket.on('close', (id: unknown) => {
    if (typeof id !== 'string') return
    streams.get(id)?.close()
    streams.delete(id)
  })
  socket.on('disconnect', () => {
    for (const stream of streams.values()) stream.close()
    streams.clear()
  })
}

/** Whether what was sent before still waits for the reader. */
function behind(socket: Socket): boolean {
  return socket.connected && !socket.conn.transport.writable
}

/** Resolves when what was sent is on its way, or the connection is over. */
function taken(socket: Socket): Promise<void> {
  if (!behind(socket)) return Promise.resolve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const { conn } = socket
  const { transport } = conn
  const end = () => {
    transport.off('ready', end)
    conn.off('upgrade', end)
    conn.off('close', end)
    resolve()
  }
  transport.on('ready', end)
  conn.on('upgrade', end)
  conn.on('close', end)
  return promise
}
