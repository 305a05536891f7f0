import { randomUUID } from 'node:crypto'
import { AppError } from '@hearth/contract'
import type { Message, MessagePart } from '@hearth/language/message-fields'

/** What one turn says, shows or sounds like. */
export type ItemPart =
  | { type: 'text'; text: string }
  /** Null: not written down yet. */
  | { type: 'audio'; transcript: string | null; milliseconds: number }
  | { type: 'image'; image: string }

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

/** A turn of a conversation, or a call of a function and its result. */
export type Item = { id: string; status: ItemStatus } & (
  | { type: 'message'; role: 'user' | 'system' | 'assistant'; content: ItemPart[] }
  | { type: 'function_call'; call_id: string; name: string; arguments: string }
  | { type: 'function_call_output'; call_id: string; output: string }
)
export type MessageItem = Extract<Item, { type: 'message' }>

export const newName = (kind: string) => `${kind}_${randomUUID().replaceAll('-', '').slice(0, 24)}`

/** The turns of a conversation, in order. */
export class Items {
  readonly #items: Item[] = []

  list(): readonly Item[] {
    return this.#items
  }

  /**
   * @param after id of the item before it, `root` for the beginning; absent: at the end.
   * @returns id of the item before it.
   * @throws AppError `not-found`, `conflict`.
   */
  add(item: Item, after?: string): string | null {
    if (this.#items.some(({ id }) => id === item.id)) {
      throw new AppError('conflict', `there is an item ${item.id} already`, { path: ['item', 'id'] })
    }
    const at = after === undefined ? this.#items.length : after === 'root' ? 0 : this.#indexOf(after) + 1
    this.#items.splice(at, 0, item)
    return this.#items[at - 1]?.id ?? null
  }

  /** @throws AppError `not-found`. */
  get(id: string): Item {
    const item = this.#items[this.#indexOf(id)]
    if (item) return item
    throw missing(id)
  }

  has(id: string): boolean {
    return this.#items.some(item => item.id === id)
  }

  /** Id of the item before one of them; of the last one where none is named. */
  before(id?: string): string | null {
    const at = id === undefined ? this.#items.length : this.#indexOf(id)
    return this.#items[at - 1]?.id ?? null
  }

  /** @throws AppError `not-found`. */
  remove(id: string): void {
    this.#items.splice(this.#indexOf(id), 1)
  }

  #indexOf(id: string): number {
    const at = this.#items.findIndex(item => item.id === id)
    if (at < 0) throw missing(id)
    return at
  }
}

function missing(id: string): AppError {
  return new AppError('not-found', `there is no item ${id} in this conversation`, { path: ['item_id'] })
}

/**
 * The turns as a chat takes them. What nobody understood is left out; calls of one answer that follow each other are one
 * turn, as models have learnt it.
 */
export function chatMessages(instructions: string, items: readonly Item[]): Message[] {
  const messages: Message[] = []
  if (instructions !== '') messages.push({ role: 'system', content: [{ type: 'text', text: instructions }] })
  for (const item of items) {
    const message = messageOf(item)
    if (message.content.length === 0) continue
    const last = messages.at(-1)
    if (last?.role === 'assistant' && message.role === 'assistant') last.content.push(...message.content)
    else messages.push(message)
  }
  return messages
}

function messageOf(item: Item): Message {
  if (item.type === 'message') return { role: item.role, content: item.content.flatMap(partOf) }
  if (item.type === 'function_call') {
    const { call_id: id, name, arguments: json } = item
    return { role: 'assistant', content: [{ type: 'tool_call', id, name, arguments: json }] }
  }
  const content = [{ type: 'text' as const, text: item.output }]
  return { role: 'tool', content: [{ type: 'tool_result', tool_call_id: item.call_id, content, is_error: false }] }
}

function partOf(part: ItemPart): MessagePart[] {
  if (part.type === 'image') return [part]
  const text = part.type === 'text' ? part.text : (part.transcript ?? '')
  return text.trim() === '' ? [] : [{ type: 'text', text }]
}
