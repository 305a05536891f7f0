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
  task: 'detect-objects',
  order: 10,
  messages: { en: { ...seeingMessages.en, ...en }, zh: { ...seeingMessages.zh, ...zh } },
  controls: lazy(async () => ({ default: (await import('./controls.tsx')).DetectControls })),
  look: {
    field: 'image',
    camera: true,
    wide: { min_score: 0.05 },
    sight(output, values) {
      const { width, height, objects } = output as z.output<typeof task.output>
      const least = numberOf(values, 'min_score') ?? 0
      return {
        width,
        height,
        findings: objects
          .filter(found => found.score >= least)
          .map(({ track, ...found }) => ({ ...found, ...(track === undefined ? {} : { track }) })),
      }
    },
  },
})
