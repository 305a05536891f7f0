import { definePanel, numberOf } from '@hearth/ui'
import { lazy } from 'react'
import type { z } from 'zod'
import { faceMessages } from '../face-messages.ts'
import { detailOf, facePanel, pointsOf } from '../face-panel.ts'
import en from './messages.en.json'
import zh from './messages.zh.json'
import type { task } from './spec.ts'

export const panel = definePanel({
  ...facePanel,
  task: 'detect-faces',
  order: 21,
  messages: { en: { ...faceMessages.en, ...en }, zh: { ...faceMessages.zh, ...zh } },
  controls: lazy(async () => ({ default: (await import('../face-controls.tsx')).Confidence })),
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
          label: t('face'),
          score: face.score,
          bbox: face.bbox,
          points: pointsOf(face),
          detail: detailOf(face, t),
        }))
      return { width, height, findings }
    },
  },
})
