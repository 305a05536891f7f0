import type { JobEvent } from '@hearth/contract'

/** Frames that may wait for a slow reader before it is dropped. */
const patience = 500
/** Seconds between comments that keep proxies from closing a silent stream. */
const beat = 15

export interface SseFrame {
  event?: string
  id?: string
  data: string
}

export interface SseWriter {
  /** One frame. Returns whether the reader still keeps up. */
  write(frame: SseFrame): boolean
  /** Whether frames are waiting; then those that may be missed should be left out. */
  readonly behind: boolean
  close(): void
}

/**
 * A `text/event-stream` answer.
 * @param start is given the writer; what it returns is called when the reader is gone or the stream is closed.
 */
export function eventStream(start: (writer: SseWriter) => () => void): Response {
  const encoder = new TextEncoder()
  let end: () => void = () => undefined
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let open = true
      let stop: () => void = () => undefined
      const close = () => {
        if (!open) return
        open = false
        clearInterval(timer)
        stop()
      }
      const push = (text: string) => {
        if (!open) return false
        controller.enqueue(encoder.encode(text))
        if ((controller.desiredSize ?? 0) > -patience) return true
        close()
        controller.error(new Error('the reader is too slow'))
        return false
      }
      const timer = setInterval(() => push(': still here\n\n'), beat * 1000)
      timer.unref()
      end = close
      stop = start({
        write({ event, id, data }) {
          const lines = data.split('\n').map(line => `data: ${line}\n`)
          return push(
            `${event === undefined ? '' : `event: ${event}\n`}${id === undefined ? '' : `id: ${id}\n`}${lines.join('')}\n`,
          )
        },
        get behind() {
          return (controller.desiredSize ?? 0) < -16
        },
        close() {
          if (!open) return
          close()
          controller.close()
        },
      })
      if (!open) stop()
    },
    cancel: () => end(),
  })
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  })
}

/**
 * A `text/event-stream` answer made of what an iterable gives. The reader's leaving ends the iteration.
 * @param frames of one item.
 * @param fault frames that tell of an error: the stream never ends as if all were said.
 */
export function streamAnswer<T>(
  items: AsyncIterable<T>,
  frames: (item: T) => SseFrame[],
  fault: (thrown: unknown) => SseFrame[],
): Response {
  return eventStream(writer => {
    let gone = false
    const write = async () => {
      for await (const item of items) {
        for (const frame of frames(item)) writer.write(frame)
        if (gone) return
      }
    }
    write()
      .catch(thrown => {
        for (const frame of fault(thrown)) writer.write(frame)
      })
      .finally(() => writer.close())
    return () => {
      gone = true
    }
  })
}

/** An event as an SSE frame: named by its type; numbered if it is durable, so that a reader can come back to it. */
export function eventFrame(event: JobEvent, durable: boolean) {
  return { event: event.type, data: JSON.stringify(event), ...(durable ? { id: String(event.seq) } : {}) }
}
