import type { TokenLogprob } from '@hearth/language/sampling-fields'
import type { OutputItem } from './responses-answer.ts'

/** One event of a stream, without its number. */
export interface ResponseEvent {
  type: 'error' | `response.${string}`
  [field: string]: unknown
}

export interface Place {
  output_index: number
  item_id: string
}

/** An item while it is written. */
export interface OpenItem {
  /** As far as it is written; of one in progress OpenAI shows nothing. */
  item(status: OutputItem['status']): OutputItem
  /** What is told between the item's begin and its first piece. */
  opening: ResponseEvent[]
  write(text: string, logprobs: TokenLogprob[]): ResponseEvent
  /** What is told between its last piece and its end. */
  ending(): ResponseEvent[]
}

export function openMessage(place: Place): OpenItem {
  const at = { ...place, content_index: 0 }
  const logprobs: TokenLogprob[] = []
  let text = ''
  const part = () => ({ type: 'output_text' as const, text, annotations: [] as [], logprobs: [...logprobs] })
  return {
    item: status => ({
      id: place.item_id,
      type: 'message',
      role: 'assistant',
      status,
      content: status === 'in_progress' ? [] : [part()],
    }),
    opening: [{ type: 'response.content_part.added', ...at, part: part() }],
    write(delta, likely) {
      text += delta
      logprobs.push(...likely)
      return { type: 'response.output_text.delta', ...at, delta, logprobs: likely }
    },
    ending: () => [
      { type: 'response.output_text.done', ...at, text, logprobs: [...logprobs] },
      { type: 'response.content_part.done', ...at, part: part() },
    ],
  }
}

/** Thoughts are shown as a summary, which is where clients look for them. */
export function openReasoning(place: Place): OpenItem {
  const at = { ...place, summary_index: 0 }
  let text = ''
  const part = () => ({ type: 'summary_text' as const, text })
  return {
    item: status => ({
      id: place.item_id,
      type: 'reasoning',
      status,
      summary: status === 'in_progress' ? [] : [part()],
    }),
    opening: [{ type: 'response.reasoning_summary_part.added', ...at, part: part() }],
    write(delta) {
      text += delta
      return { type: 'response.reasoning_summary_text.delta', ...at, delta }
    },
    ending: () => [
      { type: 'response.reasoning_summary_text.done', ...at, text },
      { type: 'response.reasoning_summary_part.done', ...at, part: part() },
    ],
  }
}

export function openCall(place: Place, call: { call_id: string; name: string }): OpenItem {
  let json = ''
  return {
    item: status => ({ id: place.item_id, type: 'function_call', status, ...call, arguments: json }),
    opening: [],
    write(delta) {
      json += delta
      return { type: 'response.function_call_arguments.delta', ...place, delta }
    },
    ending: () => [{ type: 'response.function_call_arguments.done', ...place, name: call.name, arguments: json }],
  }
}
