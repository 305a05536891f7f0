import { definePanel, numberOf } from '@hearth/ui'
import { lazy } from 'react'
import type { z } from 'zod'
import { faceMessages } from '../face-messages.ts'
import { detailOf, facePanel } from '../face-panel.ts'
import en from './messages.en.json'
import zh from './messages.zh.json'
import type { task } from './spec.ts'

export const panel = definePanel({
  ...facePanel,
  task: 'recognise-faces',
  order: 20,
  messages: { en: { ...faceMessages.en, ...en }, zh: { ...faceMessages.zh, ...zh } },
  controls: lazy(async () => ({ default: (await import('./controls.tsx')).RecogniseControls })),
  look: {
    field: 'image',
    camera: true,
    wide: { min_score: 0.1 },
    sight(output, values, t) {
      const { width, height, faces } = output as z.output<typeof task.output>
      const least = numberOf(values, 'min_score') ?? 0
      const findings = faces
        .filter(face => face.score >= least)
        .map(face => ({
          label: face.person?.name ?? t('unknown'),
          score: face.similarity === null ? null : Math.max(0, face.similarity),
          bbox: face.bbox,
          detail: face.margin === null ? detailOf(face, t) : t('margin', { value: face.margin.toFixed(2) }),
          tone: face.person ? ('good' as const) : ('unknown' as const),
        }))
      return { width, height, findings }
    },
  },
})
