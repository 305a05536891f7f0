import { defineTask } from '@hearth/contract'
import { z } from 'zod'
import { transcript, transcriptChunk, transcriptInput } from '../transcript-fields.ts'

export const task = defineTask({
  id: 'transcribe',
  title: 'Speech to text',
  summary: 'Writes down what is said, with times.',
  capability: 'speak',
  lanes: ['live', 'batch'],
  input: z.object(transcriptInput),
  output: transcript,
  chunk: transcriptChunk,
  keepsChunks: true,
  examples: [
    { title: 'A recording', input: { audio: 'upload:example-recording' } },
    { title: 'Subtitles', input: { audio: 'upload:example-recording', language: 'en', formats: ['srt', 'vtt'] } },
  ],
})
