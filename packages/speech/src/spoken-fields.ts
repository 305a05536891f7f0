import { outputFile } from '@hearth/contract'
import { z } from 'zod'
import { audioFormat, sampleRates } from './audio-fields.ts'

/** What the tasks that read a text aloud have in common. */

/** Tags, and what other systems take for commands. */
const markup = /<[/!?]?[a-z][^<>]*>|<\|[^|]*\|>|\[\[/i

const text = z
  .string()
  .max(200_000)
  .transform(given => given.toWellFormed().replaceAll('\u0000', ' '))
  .refine(given => !markup.test(given), {
    message: 'expected plain text: SSML and other markup is not understood and would be read out; leave it away',
  })
  .refine(given => /[\p{L}\p{N}]/u.test(given), { message: 'expected a text with something to say in it' })

export const spokenInput = {
  text: text.meta({ description: 'Plain text, spoken sentence by sentence.' }),
  speed: z.number().min(0.25).max(4).default(1).meta({ description: '2 is twice as fast.' }),
  gain_db: z.number().min(-10).max(10).default(0).meta({
    description: 'Decibels by which it is louder or softer. What would be louder than a file can hold is cut off.',
  }),
  format: audioFormat.default('wav').meta({
    description: 'Format of the file. `opus` comes in Ogg; `pcm` has 16 bits, the least byte first, and no head.',
  }),
  sample_rate: z
    .union(sampleRates.map(rate => z.literal(rate)))
    .optional()
    .meta({ description: "Samples in a second; absent: the voice's own. Opus always has 48,000 inside." }),
}

export const speech = z.object({
  audio: outputFile.meta({ description: 'The sound, of one channel.' }),
  sample_rate: z.int(),
  seconds: z.number(),
  sentences: z.int(),
})
export type Speech = z.output<typeof speech>

export const speechChunk = z.object({
  audio: z.base64().meta({
    description:
      'What has come of the file since the last chunk. One after the other they make a file of their own; of WAV and ' +
      'FLAC one that does not tell its length.',
  }),
  index: z.int().nonnegative().meta({ description: 'Number of the sentence that was spoken last.' }),
  sentence: z.string(),
})
export type SpeechChunk = z.output<typeof speechChunk>
