import { definePanel, textOf } from '@hearth/ui'
import { DrawingFields, PromptFields } from '../drawing-controls.tsx'
import { drawingMessages } from '../drawing-messages.ts'
import { DrawingResult, drawingPanel } from '../drawing-panel.tsx'
import en from './messages.en.json'
import zh from './messages.zh.json'

export const panel = definePanel({
  ...drawingPanel,
  task: 'text-to-image',
  order: 1,
  messages: { en: { ...drawingMessages.en, ...en }, zh: { ...drawingMessages.zh, ...zh } },
  keeps: ['prompt'],
  missing: values => (textOf(values, 'prompt').trim() === '' ? 'need_prompt' : null),
  lead: PromptFields,
  controls: DrawingFields,
  result: DrawingResult,
})
