import type { JobView } from '@hearth/contract'
import { type Parameter, type Translate, textOf, type Values } from '@hearth/ui'
import { clock } from '@hearth/ui/sound'
import { lazy } from 'react'
import type { Transcript } from './transcript-fields.ts'
import en from './transcript-messages.en.json'
import zh from './transcript-messages.zh.json'

export const textOfOutput = (output: unknown) => (output as Pick<Transcript, 'text'> | null)?.text ?? ''

/** What the panels of tasks that write speech down share. */
export const transcriptPanel = {
  accepts: { field: 'audio', media: 'audio' as const },
  title: () => '',
  keeps: ['audio'],
  missing: (values: Values) => (textOf(values, 'audio') === '' ? 'need_sound' : null),
  frame: () => 'whole' as const,
  count: () => 1,
  words: (job: JobView) => textOfOutput(job.output),
  doing: (done: number, total: number, t: Translate) => t('doing', { done: clock(done), total: clock(total) }),
  opening: () => ({}),
  settings: (job: JobView) => job.input,
  chips: (values: Values) => (textOf(values, 'language') === '' ? [] : [textOf(values, 'language')]),
  parameters(job: JobView, _index: number, t: Translate): Parameter[] {
    const heard = (job.output as Transcript | null)?.language
    return heard === undefined ? [] : [{ label: t('language'), value: heard }]
  },
  lead: lazy(async () => ({ default: (await import('./transcript-controls.tsx')).SoundLead })),
  controls: lazy(async () => ({ default: (await import('./transcript-controls.tsx')).TranscriptControls })),
  result: lazy(async () => ({ default: (await import('./transcript-result.tsx')).TranscriptResult })),
}

export const transcriptMessages = { en, zh }
