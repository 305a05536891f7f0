import type { Chunk } from '@hearth/language/chat/spec'
import { type Item, type MessageItem, newName } from './items.ts'
import type { Place, ResponseView } from './news.ts'
import { rateOf, type SoundFormat } from './sound-format.ts'
import type { Talk } from './talk.ts'

type ToolCall = Extract<Chunk, { type: 'tool_call' }>
type CallItem = Extract<Item, { type: 'function_call' }>

interface Open<I extends Item> {
  place: Place
  item: I
}

/** The items of an answer while they are written, told in the order in which clients expect it. */
export class AnswerWriter {
  readonly #talk: Talk
  readonly #response: ResponseView
  readonly #spoken: boolean
  readonly #bytesOfMillisecond: number
  readonly #calls = new Map<number, Open<CallItem>>()
  #message: Open<MessageItem> | undefined
  #bytes = 0

  constructor(talk: Talk, response: ResponseView, format: SoundFormat) {
    this.#talk = talk
    this.#response = response
    this.#spoken = response.modality === 'audio'
    this.#bytesOfMillisecond = (rateOf[format] * (format === 'pcm16' ? 2 : 1)) / 1000
  }

  /** Begins the message unless it has begun. */
  open(): Open<MessageItem> {
    this.#message ??= this.#openMessage()
    return this.#message
  }

  write(text: string): void {
    const { place, item } = this.open()
    const [part] = item.content
    if (part?.type === 'text') part.text += text
    else if (part?.type === 'audio') part.transcript += text
    void this.#talk.tell({ kind: 'text-delta', place, delta: text, spoken: this.#spoken })
  }

  /** Sound of what was written last. Resolves when it has left for the client. */
  sound(audio: Buffer): Promise<void> {
    const { place, item } = this.open()
    const [part] = item.content
    this.#bytes += audio.length
    if (part?.type === 'audio') part.milliseconds = Math.round(this.#bytes / this.#bytesOfMillisecond)
    return this.#talk.tell({ kind: 'audio-delta', place, audio })
  }

  call({ call, id, name, arguments: json }: ToolCall): void {
    const open = this.#calls.get(call) ?? this.#begin(newCall(id, name))
    this.#calls.set(call, open)
    const { place, item } = open
    item.arguments += json
    if (json !== '') void this.#talk.tell({ kind: 'call-delta', place, call: item.call_id, delta: json })
  }

  /** Ends all items that are open. */
  end(status: 'completed' | 'incomplete'): void {
    if (this.#message) this.#endMessage(this.#message, status)
    for (const open of this.#calls.values()) {
      const { call_id: call, name, arguments: json } = open.item
      void this.#talk.tell({ kind: 'call-done', place: open.place, call, name, arguments: json })
      this.#end(open, status)
    }
  }

  #openMessage(): Open<MessageItem> {
    const part = this.#spoken
      ? { type: 'audio' as const, transcript: '', milliseconds: 0 }
      : { type: 'text' as const, text: '' }
    const id = newName('item')
    const open = this.#begin<MessageItem>({
      id,
      status: 'in_progress',
      type: 'message',
      role: 'assistant',
      content: [],
    })
    void this.#talk.tell({ kind: 'part-added', place: open.place, part })
    open.item.content.push(part)
    return open
  }

  #begin<I extends Item>(item: I): Open<I> {
    const { id: response, output, kept } = this.#response
    const { tell, items } = this.#talk
    const place = { response, item: item.id, index: output.length }
    output.push(item)
    const previous = kept ? items.add(item) : null
    void tell({ kind: 'output-added', place, item })
    if (kept) void tell({ kind: 'item-added', item, previous })
    return { place, item }
  }

  #endMessage(open: Open<MessageItem>, status: 'completed' | 'incomplete'): void {
    const { tell } = this.#talk
    const { place, item } = open
    const [part] = item.content
    if (part && part.type !== 'image') {
      const text = part.type === 'text' ? part.text : (part.transcript ?? '')
      if (this.#spoken) void tell({ kind: 'audio-done', place })
      void tell({ kind: 'text-done', place, text, spoken: this.#spoken })
      void tell({ kind: 'part-done', place, part })
    }
    this.#end(open, status)
  }

  /** The client may have deleted it meanwhile. */
  #end({ place, item }: Open<Item>, status: 'completed' | 'incomplete'): void {
    const { tell, items } = this.#talk
    item.status = status
    void tell({ kind: 'output-done', place, item })
    if (items.has(item.id)) void tell({ kind: 'item-done', item, previous: items.before(item.id) })
  }
}

function newCall(id = newName('call'), name = ''): CallItem {
  return { id: newName('item'), status: 'in_progress', type: 'function_call', call_id: id, name, arguments: '' }
}
