import { defineTask } from '@hearth/contract'
import { z } from 'zod'
import { type SpeechChunk, speech, speechChunk, spokenInput } from '../spoken-fields.ts'

export type Chunk = SpeechChunk

const { text, speed, ...file } = spokenInput

export const task = defineTask({
  id: 'synthesise-speech',
  title: 'Text to speech',
  summary: 'Reads a text aloud.',
  capability: 'speak',
  lanes: ['live', 'batch'],
  input: z.object({
    text,
    voice: z.string().min(1).max(200).optional().meta({
      description: "One of the model's voices by its name or number; absent: its first.",
    }),
    speed,
    pitch: z.number().min(-12).max(12).default(0).meta({
      description: 'Semitones by which the voice is raised or lowered; its colour moves along, as of a shorter throat.',
    }),
    ...file,
  }),
  output: speech,
  chunk: speechChunk,
  examples: [
    { title: 'A sentence', input: { text: 'Good morning. It is time for tea.' } },
    { title: 'Slowly, as MP3', input: { text: 'Take your time, there is no hurry.', speed: 0.8, format: 'mp3' } },
  ],
})
