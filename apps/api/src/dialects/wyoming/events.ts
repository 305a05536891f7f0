import { once } from 'node:events'
import type { Socket } from 'node:net'
import { AppError } from '@hearth/contract'
import { z } from 'zod'

/** What both sides say to each other: a line of JSON, more of its data after it, and bytes. */
export interface WyomingEvent {
  type: string
  data: Record<string, unknown>
  payload: Uint8Array
}

/** What the line may have, as Python's readers do. */
const longestLine = 64 * 1024
const mostBytes = 4 * 2 ** 20

const length = z.int().min(0).max(mostBytes).nullish()
const head = z.object({
  type: z.string().max(100),
  data: z.record(z.string(), z.unknown()).nullish(),
  data_length: length,
  payload_length: length,
})
const record = z.record(z.string(), z.unknown())

/**
 * What the client says until it leaves.
 * @throws AppError `invalid-input` at the first thing that is not this protocol.
 */
export async function* readEvents(bytes: AsyncIterable<Buffer>): AsyncGenerator<WyomingEvent, void, undefined> {
  let kept: Buffer = Buffer.alloc(0)
  let next: { event: WyomingEvent; size: number } | undefined
  for await (const piece of bytes) {
    kept = kept.length === 0 ? piece : Buffer.concat([kept, piece])
    for (;;) {
      next = takeEvent(kept)
      if (!next) break
      kept = kept.subarray(next.size)
      yield next.event
    }
  }
}

/** The event at the beginning of the bytes; undefined where it is not whole yet. */
function takeEvent(bytes: Buffer): { event: WyomingEvent; size: number } | undefined {
  const end = bytes.indexOf(0x0a)
  if (end === -1 && bytes.length <= longestLine) return undefined
  if (end === -1 || end > longestLine) throw notUnderstood('a line is too long')
  const parsed = head.safeParse(readJson(bytes.toString('utf8', 0, end)))
  if (!parsed.success) throw notUnderstood('a line is no event')
  const { type, data, data_length, payload_length } = parsed.data
  const payloadAt = end + 1 + (data_length ?? 0)
  const size = payloadAt + (payload_length ?? 0)
  if (bytes.length < size) return undefined
  const more = data_length ? record.safeParse(readJson(bytes.toString('utf8', end + 1, payloadAt))) : undefined
  if (more?.success === false) throw notUnderstood(`the data of ${type} is no JSON object`)
  return { event: { type, data: { ...data, ...more?.data }, payload: bytes.subarray(payloadAt, size) }, size }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw notUnderstood('not JSON', cause)
  }
}

function notUnderstood(what: string, cause?: unknown): AppError {
  return new AppError('invalid-input', `this is not the Wyoming protocol: ${what}`, { cause })
}

/** Resolves when more may be said. What is said to a client that has left is lost. */
export async function writeEvent(
  socket: Socket,
  type: string,
  data: Record<string, unknown> = {},
  payload: Uint8Array = new Uint8Array(),
): Promise<void> {
  const text = Buffer.from(JSON.stringify(data))
  const lengths = { data_length: text.length, ...(payload.length > 0 ? { payload_length: payload.length } : {}) }
  const line = Buffer.from(`${JSON.stringify({ type, ...lengths })}\n`)
  if (socket.destroyed || socket.write(Buffer.concat([line, text, payload]))) return
  await Promise.race([once(socket, 'drain'), once(socket, 'close')])
}
