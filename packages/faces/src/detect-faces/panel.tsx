import { definePanel } from '@hearth/ui'
import { lookingPanel } from '@hearth/ui/seeing'
import { lazy } from 'react'
import { faceMessages } from '../face-messages.ts'
import { detailOf, lookForFaces, pointsOf } from '../face-panel.ts'
import en from './messages.en.json'
import zh from './messages.zh.json'

export const panel = definePanel({
  ...lookingPanel,
  task: 'detect-faces',
  order: 21,
  messages: { en: { ...faceMessages.en, ...en }, zh: { ...faceMessages.zh, ...zh } },
  controls: lazy(async () => ({ default: (await import('@hearth/ui/seeing')).Confidence })),
  look: lookForFaces((face, t) => ({
    label: t('face'),
    score: face.score,
    points: pointsOf(face),
    detail: detailOf(face, t),
  })),
})
