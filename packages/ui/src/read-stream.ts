import { AppError } from '@hearth/contract'

export interface ServerEvent {
  event: string
  data: string
}

/** One frame of a `text/event-stream`; null for comments, which keep a silent stream open. */
function parseFrame(frame: string): ServerEvent | null {
  let event = 'message'
  const data: string[] = []
  for (const line of frame.split('\n')) {
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') event = value
    if (field === 'data') data.push(value)
  }
  return data.length === 0 ? null : { event, data: data.join('\n') }
}

/**
 * The frames of a `text/event-stream`, wherever the network cut it. A frame that the end cut off is not given.
 * Leaving the loop cancels the stream.
 */
export async function* readFrames(stream: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let ended = false
  try {
    while (!ended) {
      const { done, value } = await reader.read()
      ended = done
      // A return at the end may be half of a line break: it waits for the other half.
      rest = (rest + decoder.decode(value, { stream: !done })).replace(done ? /\r\n?/g : /\r\n|\r(?!$)/g, '\n')
      const frames = rest.split('\n\n')
      rest = frames.pop() ?? ''
      for (const frame of frames) {
        const parsed = parseFrame(frame)
        if (parsed) yield parsed
      }
    }
  } finally {
    if (!ended) await reader.cancel()
    reader.releaseLock()
  }
}

/** Data of a frame. A server that breaks its word is told apart from one that says no. */
export function readData<T>({ data }: ServerEvent): T {
  try {
    return JSON.parse(data) as T
  } catch (cause) {
    throw new AppError('internal', 'The answer was not understood.', { hint: 'Reload the page and try again.', cause })
  }
}
