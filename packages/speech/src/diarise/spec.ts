import { defineTask, mediaInput } from '@hearth/contract'
import { z } from 'zod'

const turn = z.object({
  start: z.number().nonnegative(),
  end: z.number().nonnegative(),
  speaker: z.string().meta({ description: 'SPEAKER_00 is who speaks first.' }),
})
export type SpeakerTurn = z.output<typeof turn>

export const task = defineTask({
  id: 'diarise',
  title: 'Who speaks when',
  summary: 'Tells the voices of a recording apart.',
  capability: 'speak',
  lanes: ['live', 'batch'],
  input: z.object({
    audio: mediaInput('audio', 'The sound, or a video with sound, in any format that ffmpeg reads.'),
    speakers: z.int().min(1).max(50).optional().meta({ description: 'How many there are, where that is known.' }),
    threshold: z.number().min(0.05).max(2).default(0.5).meta({
      description: 'Where it is not: how unlike two voices must be to be two people. Lower finds more of them.',
    }),
  }),
  output: z.object({
    segments: z.array(turn).meta({ description: 'Seconds from the beginning of the sound, in order.' }),
    speakers: z.int().nonnegative(),
    seconds: z.number().nonnegative(),
  }),
  examples: [{ title: 'A meeting of three', input: { audio: 'upload:example-recording', speakers: 3 } }],
})
