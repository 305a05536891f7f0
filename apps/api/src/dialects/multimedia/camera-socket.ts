import { AppError, type ErrorReport, toAppError } from '@hearth/contract'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { createPlainSocket, type PlainSocket, readMessage } from '../../live/plain-socket.ts'
import { type FrameNews, FrameStream } from '../../live-lane/frame-stream.ts'
import { findingsOf } from './findings.ts'

/** Bytes that may wait for a reader. */
const tooMuch = 2 ** 20
/** What is looked for unless the client says otherwise. */
const usualTask = 'detect-objects'

const message = z.object({
  image: z.string().optional(),
  task: z.string().max(100).optional(),
  model: z.string().max(200).optional(),
  options: z.record(z.string(), z.json()).optional(),
  /** Number of the frame; otherwise they are counted. */
  frame: z.int().optional(),
})

/**
 * `/ws/camera?task=...&model=...`: each binary message is a frame (JPEG, WebP or PNG); a text message is
 * `{"image": base64, "task"?, "model"?, "options"?, "frame"?}`, and what it says of task, model and options holds from
 * then on. Answered with `{"type": "result", "data": {frame, task, output, timings, dropped}}` for every frame that is
 * looked at, always the newest, with `detections`, `classifications` or `faces` as this API's routes tell them, and `{"type": "error", "data": {message, code, frame?}}`.
 */
export function createCameraSocket(deps: ApiDeps): PlainSocket {
  return createPlainSocket(deps, {
    // Base64 is a third larger; a frame somewhat beyond its limit is told so rather than cut off.
    maxPayload: 4 * deps.config.liveFrame,
    serve(client, caller, request) {
      const query = new URL(request.url ?? '', 'http://socket').searchParams
      const wish = { task: query.get('task') ?? usualTask, model: query.get('model') ?? undefined, options: {} }
      serve(deps, client, caller, wish)
    },
    tell: (client, error) => void send(client, { type: 'error', data: describe(toAppError(error).report()) }),
  })
}

interface Wish {
  task: string
  model: string | undefined
  options: Record<string, unknown>
}

function serve(deps: ApiDeps, client: WebSocket, caller: Caller, first: Wish): void {
  let wish = first
  let stream: FrameStream | undefined
  let count = 0

  const deliver = (news: FrameNews) => {
    if (news.kind === 'problem') {
      return send(client, { type: 'error', data: describe(news.error, news.frame) })
    }
    const { frame, output, timings, dropped } = news
    const { task } = wish
    return send(client, {
      type: 'result',
      data: { frame, task, ...findingsOf(task, output), output, timings, dropped },
    })
  }

  function change(next: Wish): void {
    wish = next
    stream?.close()
    stream = undefined
  }

  function look(bytes: Uint8Array, number: number): void {
    stream ??= new FrameStream(deps, {
      ...wish,
      owner: caller.owner,
      counted: caller.key?.id ?? caller.owner,
      deliver,
      onTooSlow: () => client.terminate(),
    })
    stream.frame(number, bytes)
  }

  function obey(data: Buffer, binary: boolean): void {
    if (binary) {
      count += 1
      look(data, count)
      return
    }
    const parsed = message.safeParse(readMessage(data.toString()))
    if (!parsed.success) {
      throw new AppError('invalid-input', 'expected a frame (JPEG, WebP or PNG) or {"image": "base64", "task": "..."}')
    }
    const { image, task, model, options, frame } = parsed.data
    const next: Wish = {
      task: task ?? wish.task,
      // Another task has other models and options.
      model: model ?? (task === undefined || task === wish.task ? wish.model : undefined),
      options: options ?? (task === undefined || task === wish.task ? wish.options : {}),
    }
    if (JSON.stringify(next) !== JSON.stringify(wish)) change(next)
    if (image === undefined) return
    count = frame ?? count + 1
    look(Buffer.from(image.replace(/^data:[^,]*,/, ''), 'base64'), count)
  }

  client.on('message', (data: Buffer, binary) => {
    try {
      obey(data, binary)
    } catch (error) {
      const report = toAppError(error).report()
      if (toAppError(error).code === 'internal') deps.log.error({ error }, 'a camera message failed')
      void send(client, { type: 'error', data: describe(report) })
    }
  })
  client.on('close', () => stream?.close())
}

/** In the words of this API. */
function describe({ code, message, hint, retry_after }: ErrorReport, frame?: number) {
  return {
    ...(frame === undefined ? {} : { frame }),
    code,
    message: hint === undefined ? message : `${message}. ${hint}`,
    ...(retry_after === undefined ? {} : { retry_after }),
  }
}

/** Resolves when it has left this process, or never will. */
function send(client: WebSocket, value: unknown): Promise<void> {
  if (client.readyState !== client.OPEN) return Promise.resolve()
  // Answers are paced by the reader; this is one who sends nonsense and listens to nothing.
  if (client.bufferedAmount > tooMuch) client.terminate()
  return new Promise(resolve => client.send(JSON.stringify(value), () => resolve()))
}
