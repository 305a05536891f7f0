import { definePanel } from '@hearth/ui'
import { lookingPanel } from '@hearth/ui/seeing'
import { lazy } from 'react'
import type { z } from 'zod'
import { classesIn } from '../classes-in.ts'
import { seeingMessages } from '../seeing-messages.ts'
import en from './messages.en.json'
import zh from './messages.zh.json'
import type { task } from './spec.ts'

export const panel = definePanel({
  ...lookingPanel,
  task: 'classify-image',
  order: 12,
  messages: { en: { ...seeingMessages.en, ...en }, zh: { ...seeingMessages.zh, ...zh } },
  controls: lazy(async () => ({ default: (await import('./controls.tsx')).ClassifyControls })),
  look: {
    field: 'image',
    camera: true,
    wide: { min_score: 0, top_k: 20 },
    sight: (output, values) => classesIn(output as z.output<typeof task.output>, values),
  },
})
