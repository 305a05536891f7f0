import type { AppError } from '@hearth/contract'
import type { Usage } from '@hearth/language/sampling-fields'
import type { Item, ItemPart } from './items.ts'
import type { Session } from './session.ts'

/** An answer on its way. */
export interface ResponseView {
  id: string
  status: 'in_progress' | 'completed' | 'cancelled' | 'failed' | 'incomplete'
  reason?: 'turn_detected' | 'client_cancelled' | 'max_output_tokens'
  error?: AppError
  output: Item[]
  usage?: Usage
  modality: Session['modality']
  max_tokens: number | undefined
  voice: string | undefined
  /** Whether it belongs to the conversation. */
  kept: boolean
  metadata: Record<string, string> | null
}

/** What a client said, as it calls it. */
export interface ClientEvent {
  id: string | undefined
  type: string | undefined
}

/** Where something is in an answer. */
export interface Place {
  response: string
  item: string
  index: number
}

/** What happens in a conversation, told to its client in the client's own words. Times are milliseconds of sound. */
export type News =
  | { kind: 'session-created' | 'session-updated'; session: Session }
  | { kind: 'error'; error: AppError; event: ClientEvent | undefined }
  | { kind: 'item-added' | 'item-done'; item: Item; previous: string | null }
  | { kind: 'item-retrieved'; item: Item }
  | { kind: 'item-deleted'; item: string }
  | { kind: 'item-truncated'; item: string; audio_end_ms: number }
  | { kind: 'speech-started' | 'speech-stopped'; item: string; at: number }
  | { kind: 'committed'; item: string; previous: string | null }
  | { kind: 'cleared' }
  | { kind: 'timeout'; item: string; start: number; end: number }
  | { kind: 'transcript-delta'; item: string; delta: string }
  | { kind: 'transcript-done'; item: string; transcript: string; seconds: number }
  | { kind: 'transcript-failed'; item: string; error: AppError }
  | { kind: 'limits'; limit: number; remaining: number; reset: number }
  | { kind: 'response-created' | 'response-done'; response: ResponseView }
  | { kind: 'output-added' | 'output-done'; place: Place; item: Item }
  | { kind: 'part-added' | 'part-done'; place: Place; part: ItemPart }
  /** Of what is written, or of the words of what is spoken. */
  | { kind: 'text-delta'; place: Place; delta: string; spoken: boolean }
  | { kind: 'text-done'; place: Place; text: string; spoken: boolean }
  | { kind: 'audio-delta'; place: Place; audio: Buffer }
  | { kind: 'audio-done'; place: Place }
  | { kind: 'call-delta'; place: Place; call: string; delta: string }
  | { kind: 'call-done'; place: Place; call: string; name: string; arguments: string }

/** Resolves when it has left for the client. */
export type Tell = (news: News) => Promise<void>
