import { definePanel, numberOf } from '@hearth/ui'
import { lazy } from 'react'
import type { Message } from '../message-fields.ts'
import { textOfTurn } from './conversation.ts'
import en from './messages.en.json'
import zh from './messages.zh.json'

export const panel = definePanel({
  task: 'chat',
  order: 1,
  messages: { en, zh },
  title(input) {
    const messages = (Array.isArray(input.messages) ? input.messages : []) as Message[]
    const last = messages.findLast(({ role }) => role === 'user')
    return last ? textOfTurn(last).trim() : ''
  },
  keeps: ['messages'],
  missing: () => null,
  chips(values, t) {
    const temperature = numberOf(values, 'temperature')
    return temperature === undefined ? [] : [t('chip_temperature', { value: temperature })]
  },
  controls: lazy(async () => ({ default: (await import('./sampling-controls.tsx')).SamplingControls })),
  talk: lazy(async () => ({ default: (await import('./chat-view.tsx')).ChatView })),
})
