import { AppError } from '@hearth/contract'
import type { Chunk } from '@hearth/language/chat/spec'
import type { ChatOutput } from '../run-chat.ts'
import { type AnswerHead, emptyMessage, stopOf, toolUse, unknownUsage, usageOf } from './answer-message.ts'

/** One event of a stream: its type is its name too. */
export type MessageEvent = { type: string } & Record<string, unknown>

/**
 * Pieces of an answer as Anthropic's events: `message_start` once and first, blocks one after the other, then
 * `message_delta` and `message_stop`. A piece that would break that order is a fault of the engine and throws: no client
 * could read what came of it.
 */
export function createMessageEvents(head: AnswerHead) {
  let started = false
  const blocks = createBlocks()

  function start(prompt: { prompt_tokens: number; cached_tokens: number }): MessageEvent[] {
    if (started) throw disorder('its start twice')
    started = true
    const usage = { ...usageOf({ ...prompt, completion_tokens: 0, reasoning_tokens: 0 }), ...unknownUsage }
    return [{ type: 'message_start', message: { ...emptyMessage(head), usage } }, { type: 'ping' }]
  }

  function toolCall({ call, id, name, arguments: json }: Extract<Chunk, { type: 'tool_call' }>): MessageEvent[] {
    const begin = () => {
      if (id !== undefined && name !== undefined) return toolUse(id, name, {})
      throw disorder(`a piece of call ${call}, which is over or has no name`)
    }
    return blocks.write(
      `call ${call}`,
      begin,
      json === '' ? undefined : { type: 'input_json_delta', partial_json: json },
    )
  }

  return {
    /** @throws AppError `internal` for a piece that comes out of order. */
    chunk(piece: Chunk): MessageEvent[] {
      if (piece.type === 'start') return start(piece)
      if (!started) throw disorder(`${piece.type} before its start`)
      if (piece.type === 'finish') return blocks.close()
      if (piece.type === 'tool_call') return toolCall(piece)
      if (piece.text === '') return []
      if (piece.type === 'text') return blocks.write('text', emptyText, { type: 'text_delta', text: piece.text })
      const shown = head.showThinking ? { type: 'thinking_delta', thinking: piece.text } : undefined
      return blocks.write('thinking', emptyThinking, shown)
    },
    /** @throws AppError `internal` for an answer that never began. */
    end({ choices: [choice], usage }: ChatOutput): MessageEvent[] {
      if (!started) throw disorder('its end without a start')
      const delta = { ...stopOf(choice), stop_details: null, container: null }
      return [...blocks.close(), { type: 'message_delta', delta, usage: usageOf(usage) }, { type: 'message_stop' }]
    },
  }
}

const emptyText = () => ({ type: 'text', text: '' })
const emptyThinking = () => ({ type: 'thinking', thinking: '', signature: '' })

/** Blocks that never overlap, whose indexes count up from 0. */
function createBlocks() {
  let count = 0
  let open: { key: string; index: number } | undefined

  function close(): MessageEvent[] {
    if (!open) return []
    const { key, index } = open
    open = undefined
    // Some clients give back only thoughts that were signed.
    const signature = key === 'thinking' ? [deltaOf(index, { type: 'signature_delta', signature: '' })] : []
    return [...signature, { type: 'content_block_stop', index }]
  }

  return {
    close,
    /** Goes on with the open block if it has this key; else closes it and begins another. */
    write(key: string, begin: () => object, delta: object | undefined): MessageEvent[] {
      const events: MessageEvent[] = []
      if (open?.key !== key) {
        const content_block = begin()
        events.push(...close(), { type: 'content_block_start', index: count, content_block })
        open = { key, index: count++ }
      }
      if (delta) events.push(deltaOf(open.index, delta))
      return events
    },
  }
}

function deltaOf(index: number, delta: object): MessageEvent {
  return { type: 'content_block_delta', index, delta }
}

function disorder(what: string): AppError {
  return new AppError('internal', `the answer came out of order: the model sent ${what}`)
}
