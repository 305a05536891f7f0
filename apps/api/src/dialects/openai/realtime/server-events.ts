import type { Usage } from '@hearth/language/sampling-fields'
import { type Item, type ItemPart, newName } from '../../../realtime/items.ts'
import type { News, Place, ResponseView } from '../../../realtime/news.ts'
import type { Session } from '../../../realtime/session.ts'
import { openaiErrorBody } from '../error-body.ts'
import type { Words } from './words.ts'

interface ServerEvent {
  type: string
  [field: string]: unknown
}

/** Names of one connection. */
export interface Names {
  session: string
  conversation: string
}

const place = ({ response, item, index }: Place) => ({ response_id: response, item_id: item, output_index: index })
const inside = (at: Place) => ({ ...place(at), content_index: 0 })

/** What has happened, in the words of a generation of the protocol. */
export function serverEvents(news: News, words: Words, names: Names, session: Session): object[] {
  return render(news, words, names, session).map(({ type, ...event }) => ({
    type,
    event_id: newName('event'),
    ...event,
  }))
}

function render(news: News, words: Words, names: Names, session: Session): ServerEvent[] {
  switch (news.kind) {
    case 'session-created':
      return [
        { type: 'session.created', session: sessionView(news.session, words, names) },
        { type: 'conversation.created', conversation: { id: names.conversation, object: 'realtime.conversation' } },
      ]
    case 'session-updated':
      return [{ type: words.types.sessionUpdated(news.session), session: sessionView(news.session, words, names) }]
    case 'error':
      return [{ type: 'error', error: errorView(news) }]
    case 'response-created':
    case 'response-done':
      return [{ type: news.kind.replace('-', '.'), response: responseView(news.response, words, names, session) }]
    case 'limits': {
      const { limit, remaining, reset } = news
      return [
        { type: 'rate_limits.updated', rate_limits: [{ name: 'requests', limit, remaining, reset_seconds: reset }] },
      ]
    }
    default:
      return 'place' in news ? outputEvents(news, words) : inputEvents(news, words)
  }
}

/** What clients know by a name of its own: by the event that was refused, and our code. */
const codes: Record<string, string> = {
  'response.create conflict': 'conversation_already_has_active_response',
  'response.cancel conflict': 'response_cancel_not_active',
  'input_audio_buffer.commit invalid-input': 'input_audio_buffer_commit_empty',
}

function errorView({ error, event }: Extract<News, { kind: 'error' }>) {
  const { error: body } = openaiErrorBody(error)
  return { ...body, code: codes[`${event?.type} ${error.code}`] ?? body.code, event_id: event?.id ?? null }
}

type OutputNews = Extract<News, { place: Place }>

function outputEvents(news: OutputNews, words: Words): ServerEvent[] {
  const { types } = words
  switch (news.kind) {
    case 'output-added':
    case 'output-done': {
      const type = `response.output_item.${news.kind === 'output-added' ? 'added' : 'done'}`
      const { response, index } = news.place
      return [{ type, response_id: response, output_index: index, item: itemView(news.item, words) }]
    }
    case 'part-added':
    case 'part-done': {
      const type = `response.content_part.${news.kind === 'part-added' ? 'added' : 'done'}`
      return [{ type, ...inside(news.place), part: partView(news.part, news.part.type) }]
    }
    case 'text-delta':
      return [
        { type: `${news.spoken ? types.transcript : types.text}.delta`, ...inside(news.place), delta: news.delta },
      ]
    case 'text-done': {
      const type = `${news.spoken ? types.transcript : types.text}.done`
      return [{ type, ...inside(news.place), [news.spoken ? 'transcript' : 'text']: news.text }]
    }
    case 'audio-delta':
      return [{ type: `${types.audio}.delta`, ...inside(news.place), delta: news.audio.toString('base64') }]
    case 'audio-done':
      return [{ type: `${types.audio}.done`, ...inside(news.place) }]
    case 'call-delta': {
      const { call, delta } = news
      return [{ type: 'response.function_call_arguments.delta', ...place(news.place), call_id: call, delta }]
    }
    case 'call-done': {
      const { call, name, arguments: json } = news
      const type = 'response.function_call_arguments.done'
      return [{ type, ...place(news.place), call_id: call, name, arguments: json }]
    }
  }
}

type InputNews = Exclude<News, OutputNews | { kind: `session-${string}` | `response-${string}` | 'error' | 'limits' }>

const buffer = 'input_audio_buffer'
const transcription = 'conversation.item.input_audio_transcription'

function inputEvents(news: InputNews, words: Words): ServerEvent[] {
  const { types } = words
  switch (news.kind) {
    case 'item-added':
    case 'item-done': {
      const type = news.kind === 'item-added' ? types.itemAdded : types.itemDone
      return type === undefined ? [] : [{ type, previous_item_id: news.previous, item: itemView(news.item, words) }]
    }
    case 'item-retrieved':
      return [{ type: 'conversation.item.retrieved', item: itemView(news.item, words) }]
    case 'item-deleted':
      return [{ type: 'conversation.item.deleted', item_id: news.item }]
    case 'item-truncated': {
      const { item, audio_end_ms } = news
      return [{ type: 'conversation.item.truncated', item_id: item, content_index: 0, audio_end_ms }]
    }
    case 'speech-started':
      return [{ type: `${buffer}.speech_started`, item_id: news.item, audio_start_ms: news.at }]
    case 'speech-stopped':
      return [{ type: `${buffer}.speech_stopped`, item_id: news.item, audio_end_ms: news.at }]
    case 'committed':
      return [{ type: `${buffer}.committed`, item_id: news.item, previous_item_id: news.previous }]
    case 'cleared':
      return [{ type: `${buffer}.cleared` }]
    case 'timeout': {
      const times = { audio_start_ms: news.start, audio_end_ms: news.end }
      return [{ type: `${buffer}.timeout_triggered`, item_id: news.item, ...times }]
    }
    case 'transcript-delta':
      return [{ type: `${transcription}.delta`, item_id: news.item, content_index: 0, delta: news.delta }]
    case 'transcript-done': {
      const { item, transcript, seconds } = news
      const usage = { type: 'duration', seconds }
      return [{ type: `${transcription}.completed`, item_id: item, content_index: 0, transcript, usage }]
    }
    case 'transcript-failed': {
      const { error } = openaiErrorBody(news.error)
      return [{ type: `${transcription}.failed`, item_id: news.item, content_index: 0, error }]
    }
  }
}

function sessionView(session: Session, words: Words, { session: id }: Names) {
  return { id, object: 'realtime.session', ...words.session(session) }
}

function responseView(response: ResponseView, words: Words, { conversation }: Names, session: Session) {
  const { id, status, output, kept, metadata } = response
  return {
    id,
    object: 'realtime.response',
    status,
    status_details: statusDetails(response),
    output: output.map(item => itemView(item, words)),
    conversation_id: kept ? conversation : null,
    metadata,
    usage: response.usage ? usageView(response.usage) : null,
    ...words.response(response, session),
  }
}

function statusDetails({ status, reason, error }: ResponseView) {
  if (status === 'in_progress' || status === 'completed') return null
  if (error === undefined) return { type: status, reason }
  const { type, code, message } = openaiErrorBody(error).error
  return { type: status, error: { type, code, message } }
}

/** Words alone are counted: sound has no tokens here. */
function usageView({ prompt_tokens, completion_tokens, cached_tokens }: Usage) {
  return {
    total_tokens: prompt_tokens + completion_tokens,
    input_tokens: prompt_tokens,
    output_tokens: completion_tokens,
    input_token_details: { cached_tokens, text_tokens: prompt_tokens, audio_tokens: 0, image_tokens: 0 },
    output_token_details: { text_tokens: completion_tokens, audio_tokens: 0 },
  }
}

export function itemView(item: Item, words: Words): object {
  const object = 'realtime.item'
  if (item.type !== 'message') return { object, ...item }
  const content = item.content.map(part => partView(part, words.part(item.role, part)))
  return { object, ...item, content }
}

/** Sound is told as it is made and not kept. */
function partView(part: ItemPart, type: string): object {
  if (part.type === 'text') return { type, text: part.text }
  if (part.type === 'image') return { type, image_url: part.image }
  return { type, transcript: part.transcript }
}
