import { definePanel, numberOf, type Parameter, textOf, type Values } from '@hearth/ui'
import { lazy } from 'react'
import { openingSentences } from './example-texts.ts'
import en from './messages.en.json'
import zh from './messages.zh.json'
import type { Chunk } from './spec.ts'

export const panel = definePanel({
  task: 'synthesise-speech',
  order: 1,
  messages: { en, zh },
  title: input => textOf(input, 'text').slice(0, 200),
  keeps: ['text'],
  missing: values => (textOf(values, 'text').trim() === '' ? 'need_text' : null),
  frame: () => 'whole',
  count: () => 1,
  words: job => textOf(job.input, 'text'),
  doing: (done, total, t) => t('doing', { done, total }),
  examples: { field: 'text', of: model => openingSentences(model.languages) },
  opening(model): Values {
    const [text] = openingSentences(model.languages)
    return text === undefined ? {} : { text }
  },
  settings: job => job.input,
  speaking: {
    input: (text, sampleRate) => ({ text, format: 'pcm', sample_rate: sampleRate }),
    samples: chunk => (chunk as Chunk).audio,
  },
  chips(values, t) {
    const speed = numberOf(values, 'speed') ?? 1
    return speed === 1 ? [] : [t('chip_speed', { speed })]
  },
  parameters(job, index, t): Parameter[] {
    const file = job.outputs[index]
    return [
      { label: t('speed'), value: String(numberOf(job.input, 'speed') ?? 1) },
      { label: t('pitch'), value: String(numberOf(job.input, 'pitch') ?? 0) },
      ...(file ? [{ label: t('file'), value: file.name, mono: true }] : []),
    ]
  },
  lead: lazy(async () => ({ default: (await import('./controls.tsx')).TextLead })),
  controls: lazy(async () => ({ default: (await import('./controls.tsx')).VoiceControls })),
  result: lazy(async () => ({ default: (await import('./speech-result.tsx')).SpeechResult })),
})
