import { definePanel, textOf } from '@hearth/ui'
import { lazy, Suspense } from 'react'
import { madePanel } from '../made-panel.tsx'
import { seeingMessages } from '../seeing-messages.ts'
import en from './messages.en.json'
import zh from './messages.zh.json'

const Result = lazy(async () => ({ default: (await import('./video-result.tsx')).VideoResult }))

export const panel = definePanel({
  ...madePanel,
  task: 'detect-in-video',
  order: 17,
  messages: { en: { ...seeingMessages.en, ...en }, zh: { ...seeingMessages.zh, ...zh } },
  accepts: { field: 'video', media: 'video' },
  keeps: ['video'],
  missing: values => (textOf(values, 'video') === '' ? 'need_video' : null),
  frame: () => ({ width: 16, height: 9 }),
  lead: lazy(async () => ({ default: (await import('./controls.tsx')).VideoLead })),
  controls: lazy(async () => ({ default: (await import('./controls.tsx')).VideoControls })),
  result: props => (
    <Suspense fallback={null}>
      <Result {...props} />
    </Suspense>
  ),
})
