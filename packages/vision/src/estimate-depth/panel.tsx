import { definePanel } from '@hearth/ui'
import { MadePicture, madePanel, PictureLead } from '../made-panel.tsx'
import { seeingMessages } from '../seeing-messages.ts'
import en from './messages.en.json'
import zh from './messages.zh.json'

export const panel = definePanel({
  ...madePanel,
  task: 'estimate-depth',
  order: 16,
  messages: { en: { ...seeingMessages.en, ...en }, zh: { ...seeingMessages.zh, ...zh } },
  lead: PictureLead,
  // The picture is all there is to say.
  controls: () => null,
  result: MadePicture,
})
