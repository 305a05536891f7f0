import { defineTask, mediaInput } from '@hearth/contract'
import { z } from 'zod'

const span = z.object({ start: z.number().nonnegative(), end: z.number().nonnegative() })
export type SpeechSpan = z.output<typeof span>

const milliseconds = z.int().min(0).max(60_000)

export const task = defineTask({
  id: 'detect-speech',
  title: 'Where somebody speaks',
  summary: 'Tells speech from silence, noise and music.',
  capability: 'speak',
  lanes: ['live', 'batch'],
  input: z.object({
    audio: mediaInput('audio', 'The sound, or a video with sound, in any format that ffmpeg reads.'),
    threshold: z
      .number()
      .min(0.01)
      .max(0.99)
      .default(0.5)
      .meta({ description: 'How sure it must be that this is speech.' }),
    min_speech_duration_ms: milliseconds.default(250).meta({ description: 'What is shorter is no speech.' }),
    min_silence_duration_ms: milliseconds.default(100).meta({ description: 'Shorter pauses do not part two spans.' }),
    speech_pad_ms: milliseconds.default(30).meta({ description: 'What is added before and after each span.' }),
    max_speech_duration_s: z.number().positive().optional().meta({
      description: 'Longer spans are parted, at a pause if there is one.',
    }),
  }),
  output: z.object({
    segments: z.array(span).meta({ description: 'Seconds from the beginning of the sound, in order.' }),
    seconds: z.number().nonnegative(),
    speech_seconds: z.number().nonnegative(),
    open: z.number().nonnegative().nullable().default(null).meta({
      description: 'Of a stream: where the speech began that is still going on.',
    }),
  }),
  chunk: z.object({ segment: span }),
  examples: [{ title: 'A recording', input: { audio: 'upload:example-recording' } }],
})
