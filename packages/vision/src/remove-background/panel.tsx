import { definePanel, textOf } from '@hearth/ui'
import { lazy } from 'react'
import { MadePicture, madePanel, PictureLead } from '../made-panel.tsx'
import { seeingMessages } from '../seeing-messages.ts'
import en from './messages.en.json'
import zh from './messages.zh.json'

export const panel = definePanel({
  ...madePanel,
  task: 'remove-background',
  order: 15,
  messages: { en: { ...seeingMessages.en, ...en }, zh: { ...seeingMessages.zh, ...zh } },
  masked: input => (textOf(input, 'result') === 'mask' ? textOf(input, 'image') : null),
  lead: PictureLead,
  controls: lazy(async () => ({ default: (await import('./controls.tsx')).CutOutControls })),
  result: MadePicture,
})
