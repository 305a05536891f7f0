import { AppError } from '@hearth/contract'
import { z } from 'zod'
import type { Conversation } from '../../../realtime/conversation.ts'
import { newName } from '../../../realtime/items.ts'
import type { News } from '../../../realtime/news.ts'
import { readWish } from '../chat-wish.ts'
import { openaiErrorBody } from '../error-body.ts'
import { obey, typeOf } from './client-events.ts'
import type { Words } from './words.ts'

/** What gateways of another school speak: every event is `{type, message}`, and a message is a text. */
export interface SimpleEvent {
  type: string
  message: string
}

/** The answer as it is written. Its sound and all else that is told has no name here. */
export function simpleEvents(news: News, conversation: string): SimpleEvent[] {
  switch (news.kind) {
    case 'session-created':
      return [{ type: 'conversation.created', message: conversation }]
    case 'output-added':
      return news.item.type === 'message' ? [{ type: 'message.created', message: news.item.id }] : []
    case 'part-added':
      return [{ type: 'content.start', message: '' }]
    case 'text-delta':
      return [{ type: 'content.delta', message: news.delta }]
    case 'part-done':
      return [{ type: 'content.stop', message: '' }]
    case 'output-done': {
      const said = news.item.type === 'message' ? news.item.content : undefined
      if (!said) return []
      const text = said.map(part => (part.type === 'text' ? part.text : ''))
      return [{ type: 'message.completed', message: text.join('') }]
    }
    case 'error':
      return [{ type: 'error', message: openaiErrorBody(news.error).error.message }]
    default:
      return []
  }
}

const message = z.object({ message: z.string().min(1) })
const said = new Set(['message', 'message.create'])

/** `{"type": "message.create", "message": "..."}` is a turn that is to be answered; all other events are OpenAI's. */
export function obeySimple(conversation: Conversation, event: unknown, words: Words): void | Promise<void> {
  if (!said.has(typeOf(event) ?? '')) return obey(conversation, event, words)
  const { message: text } = readWish(message, event)
  if (text.trim() === '') throw new AppError('invalid-input', 'expected a text', { path: ['message'] })
  const content = [{ type: 'text' as const, text }]
  conversation.add({ id: newName('item'), status: 'completed', type: 'message', role: 'user', content }, undefined)
  conversation.respond()
}
