import { definePanel } from '@hearth/ui'
import { textOfOutput, transcriptMessages, transcriptPanel } from '../transcript-panel.tsx'
import en from './messages.en.json'
import zh from './messages.zh.json'

export const panel = definePanel({
  ...transcriptPanel,
  task: 'transcribe',
  order: 2,
  listening: { field: 'audio', text: textOfOutput },
  messages: { en: { ...transcriptMessages.en, ...en }, zh: { ...transcriptMessages.zh, ...zh } },
})
