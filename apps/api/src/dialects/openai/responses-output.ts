import type { Chunk } from '@hearth/language/chat/spec'
import type { TokenLogprob } from '@hearth/language/sampling-fields'
import type { ChatOutput } from '../run-chat.ts'
import type { OutputItem } from './responses-answer.ts'
import {
  type OpenItem,
  openCall,
  openMessage,
  openReasoning,
  type Place,
  type ResponseEvent,
} from './responses-open-item.ts'

/** Puts pieces together to the items of an answer, and tells of them in the order that OpenAI keeps. */
export interface OutputWriter {
  write(chunk: Chunk): ResponseEvent[]
  /** Ends the item that is open, as far as it is written. */
  stop(): void
  /** The items that have ended. */
  readonly output: OutputItem[]
}

/** @param itemId names an item by the short word for its kind and by its number. */
export function createOutputWriter(itemId: (kind: string, index: number) => string): OutputWriter {
  const output: OutputItem[] = []
  let open: { key: string; item: OpenItem } | undefined

  const close = (status: OutputItem['status']): ResponseEvent[] => {
    if (!open) return []
    const ending = open.item.ending()
    const item = open.item.item(status)
    open = undefined
    output.push(item)
    return [...ending, { type: 'response.output_item.done', output_index: output.length - 1, item }]
  }
  const start = (key: string, kind: string, make: (place: Place) => OpenItem): ResponseEvent[] => {
    const before = close('completed')
    const place = { output_index: output.length, item_id: itemId(kind, output.length) }
    const item = make(place)
    open = { key, item }
    const added = { output_index: place.output_index, item: item.item('in_progress') }
    return [...before, { type: 'response.output_item.added', ...added }, ...item.opening]
  }
  const write = (
    key: string,
    kind: string,
    make: (place: Place) => OpenItem,
    text: string,
    logprobs: TokenLogprob[] = [],
  ) => {
    const before = open?.key === key ? [] : start(key, kind, make)
    return text === '' || !open ? before : [...before, open.item.write(text, logprobs)]
  }

  return {
    output,
    stop: () => void close('incomplete'),
    write(chunk) {
      switch (chunk.type) {
        case 'start':
          return []
        case 'text':
          return chunk.text === '' ? [] : write('text', 'msg', openMessage, chunk.text, chunk.logprobs)
        case 'reasoning':
          return chunk.text === '' ? [] : write('reasoning', 'rs', openReasoning, chunk.text)
        case 'tool_call': {
          const { call, id, name = '', arguments: json } = chunk
          return write(`call ${call}`, 'fc', place => openCall(place, { call_id: id ?? place.item_id, name }), json)
        }
        case 'finish':
          return close(chunk.finish_reason === 'length' ? 'incomplete' : 'completed')
      }
    },
  }
}

/** The pieces that an answer could have come in. */
export function chunksOf({ choices }: ChatOutput): Chunk[] {
  return choices.flatMap(({ index, content, finish_reason, stop_sequence, logprobs }) => {
    let call = 0
    const pieces = content.flatMap((part): Chunk[] => {
      if (part.type === 'text') return [{ type: 'text', index, text: part.text, logprobs }]
      if (part.type === 'reasoning') return [{ type: 'reasoning', index, text: part.text }]
      if (part.type !== 'tool_call') return []
      const { id, name, arguments: json } = part
      return [{ type: 'tool_call', index, call: call++, id, name, arguments: json }]
    })
    return [...pieces, { type: 'finish', index, finish_reason, stop_sequence }]
  })
}
