import { definePanel } from '@hearth/ui'
import { transcriptMessages, transcriptPanel } from '../transcript-panel.tsx'
import en from './messages.en.json'
import zh from './messages.zh.json'

export const panel = definePanel({
  ...transcriptPanel,
  task: 'translate-speech',
  order: 3,
  messages: { en: { ...transcriptMessages.en, ...en }, zh: { ...transcriptMessages.zh, ...zh } },
})
