import { AppError } from '@hearth/contract'
import { z } from 'zod'
import type { Conversation } from '../../../realtime/conversation.ts'
import type { Item } from '../../../realtime/items.ts'
import type { ClientEvent } from '../../../realtime/news.ts'
import { readWish } from '../chat-wish.ts'
import { itemOf, wishedInput, wishedItem } from './item-fields.ts'
import { metadata } from './session-fields.ts'
import type { Words } from './words.ts'

const itemId = z.object({ item_id: z.string().min(1) })
const append = z.object({ audio: z.base64('expected sound in base64') })
const create = z.object({ item: wishedItem, previous_item_id: z.string().min(1).nullish() })
const truncate = itemId.extend({ content_index: z.literal(0).default(0), audio_end_ms: z.int().min(0) })
const cancel = z.object({ response_id: z.string().min(1).nullish() })
const update = z.object({ session: z.looseObject({}) })
const response = z.object({
  response: z
    .looseObject({
      conversation: z.enum(['auto', 'none']).nullish(),
      metadata,
      input: wishedInput.nullish(),
    })
    .nullish(),
})

type Handler = (conversation: Conversation, event: unknown, words: Words) => void | Promise<void>

const handlers: Record<string, Handler> = {
  'session.update': (conversation, event, words) => {
    const { session } = readWish(update, event)
    conversation.change(within('session', () => words.change(conversation.session, session)))
  },
  'transcription_session.update': (conversation, event, words) => {
    const { session } = readWish(update, event)
    const changed = within('session', () => words.change(conversation.session, session))
    conversation.change({ ...changed, kind: 'transcription' })
  },
  'input_audio_buffer.append': (conversation, event) =>
    conversation.append(Buffer.from(readWish(append, event).audio, 'base64')),
  'input_audio_buffer.commit': conversation => conversation.commit(),
  'input_audio_buffer.clear': conversation => conversation.clear(),
  // Nothing is held back for a player here: what was sent is with the client.
  'output_audio_buffer.clear': () => undefined,
  'conversation.item.create': (conversation, event) => {
    const { item: wish, previous_item_id } = readWish(create, event)
    const { item, sounds } = itemOf(wish, conversation.session.input.format)
    conversation.add(item, previous_item_id ?? undefined, sounds)
  },
  'conversation.item.retrieve': (conversation, event) => conversation.retrieve(readWish(itemId, event).item_id),
  'conversation.item.delete': (conversation, event) => conversation.remove(readWish(itemId, event).item_id),
  'conversation.item.truncate': (conversation, event) => {
    const { item_id, audio_end_ms } = readWish(truncate, event)
    conversation.truncate(item_id, audio_end_ms)
  },
  'response.create': (conversation, event, words) => {
    const { input, conversation: kept, metadata, ...wish } = readWish(response, event).response ?? {}
    const session = within('response', () => words.change(conversation.session, asSession(wish)))
    conversation.respond({
      session,
      kept: kept !== 'none',
      metadata: metadata ?? null,
      ...(input ? { input: inputOf(conversation, input) } : {}),
    })
  },
  'response.cancel': (conversation, event) => conversation.cancel(readWish(cancel, event).response_id ?? undefined),
}

/** An answer has only an output, and the older generation called its limit otherwise than a session's. */
function asSession({ max_output_tokens, ...wish }: Record<string, unknown>): Record<string, unknown> {
  if (max_output_tokens === undefined) return wish
  return { ...wish, max_output_tokens, max_response_output_tokens: max_output_tokens }
}

function inputOf(conversation: Conversation, input: z.output<typeof wishedInput>): Item[] {
  return input.map(wish => {
    if (wish.type === 'item_reference') return conversation.item(wish.id)
    const { item, sounds } = itemOf(wish, conversation.session.input.format)
    if (sounds.length === 0) return item
    throw new AppError('invalid-input', 'sound is only heard in items of the conversation', {
      path: ['response', 'input'],
      hint: 'Add it with conversation.item.create and refer to it.',
    })
  })
}

/** What is said of a field, said of where it stands in the event. */
function within<T>(field: string, read: () => T): T {
  try {
    return read()
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown
    throw AppError.from({ ...thrown.report(), path: [field, ...(thrown.path ?? [])] })
  }
}

/** Does what a client says. Where it is to wait before it says more, resolves then. @throws AppError. */
export function obey(conversation: Conversation, event: unknown, words: Words): void | Promise<void> {
  const type = typeOf(event)
  const handler = type === undefined || !Object.hasOwn(handlers, type) ? undefined : handlers[type]
  if (handler) return handler(conversation, event, words)
  throw new AppError('invalid-input', type === undefined ? 'expected an event: {"type": ...}' : `no event ${type}`, {
    path: ['type'],
    hint: `Known are ${Object.keys(handlers).join(', ')}.`,
  })
}

const head = z.looseObject({ type: z.string(), event_id: z.string().optional().catch(undefined) })

export function typeOf(event: unknown): string | undefined {
  return head.safeParse(event).data?.type
}

/** What the client calls its event, so that an error can name it. */
export function nameOf(event: unknown): ClientEvent {
  const { type, event_id: id } = head.safeParse(event).data ?? {}
  return { id, type }
}
