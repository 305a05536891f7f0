import { definePanel, textOf } from '@hearth/ui'
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
  task: 'classify-zero-shot',
  order: 13,
  messages: { en: { ...seeingMessages.en, ...en }, zh: { ...seeingMessages.zh, ...zh } },
  keeps: ['image', 'labels'],
  missing(values) {
    if (!Array.isArray(values.labels) || values.labels.length === 0) return 'need_labels'
    return textOf(values, 'image') === '' ? 'need_image' : null
  },
  chips: () => [],
  controls: lazy(async () => ({ default: (await import('./controls.tsx')).LabelControls })),
  look: {
    field: 'image',
    camera: false,
    wide: {},
    sight: (output, values) => classesIn(output as z.output<typeof task.output>, values),
  },
})
