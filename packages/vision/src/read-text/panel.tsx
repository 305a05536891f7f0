import { definePanel, numberOf } from '@hearth/ui'
import { lookingPanel } from '@hearth/ui/seeing'
import { lazy } from 'react'
import type { z } from 'zod'
import { seeingMessages } from '../seeing-messages.ts'
import en from './messages.en.json'
import zh from './messages.zh.json'
import type { task } from './spec.ts'

export const panel = definePanel({
  ...lookingPanel,
  task: 'read-text',
  order: 14,
  messages: { en: { ...seeingMessages.en, ...en }, zh: { ...seeingMessages.zh, ...zh } },
  controls: lazy(async () => ({ default: (await import('./controls.tsx')).ReadingControls })),
  look: {
    field: 'image',
    camera: false,
    wide: { min_score: 0.1 },
    bare: true,
    sight(output, values) {
      const { width, height, lines } = output as z.output<typeof task.output>
      const least = numberOf(values, 'min_score') ?? 0
      const kept = lines.filter(line => line.score >= least)
      return {
        width,
        height,
        // Reading order says more than the score here.
        findings: kept.map(({ text, score, bbox, polygon }) => ({ label: text, score, bbox, polygon, tone: 'good' })),
        text: kept.map(line => line.text).join('\n'),
      }
    },
  },
})
