import { definePanel } from '@hearth/ui'
import { lookingPanel } from '@hearth/ui/seeing'
import { lazy } from 'react'
import type { z } from 'zod'
import { faceMessages } from '../face-messages.ts'
import { detailOf, lookForFaces } from '../face-panel.ts'
import en from './messages.en.json'
import zh from './messages.zh.json'
import type { task } from './spec.ts'

type Recognised = z.output<typeof task.output>['faces'][number]

export const panel = definePanel({
  ...lookingPanel,
  task: 'recognise-faces',
  order: 20,
  messages: { en: { ...faceMessages.en, ...en }, zh: { ...faceMessages.zh, ...zh } },
  controls: lazy(async () => ({ default: (await import('./controls.tsx')).RecogniseControls })),
  look: lookForFaces<Recognised>((face, t) => ({
    label: face.person?.name ?? t('unknown'),
    score: face.similarity === null ? null : Math.max(0, face.similarity),
    detail: face.margin === null ? detailOf(face, t) : t('margin', { value: face.margin.toFixed(2) }),
    tone: face.person ? 'good' : 'unknown',
  })),
})
