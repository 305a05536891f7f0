import { defineTask } from '@hearth/contract'
import { z } from 'zod'
import { transcript, transcriptChunk, transcriptInput } from '../transcript-fields.ts'

export const task = defineTask({
  id: 'translate-speech',
  title: 'Speech to English text',
  summary: 'Writes down in English what is said in another language, with times.',
  capability: 'speak',
  lanes: ['live', 'batch'],
  input: z.object(transcriptInput),
  output: transcript,
  chunk: transcriptChunk,
  keepsChunks: true,
  examples: [{ title: 'A recording', input: { audio: 'upload:example-recording', language: 'zh' } }],
})
