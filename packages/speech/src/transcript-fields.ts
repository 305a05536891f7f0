import { mediaInput, outputFile } from '@hearth/contract'
import { z } from 'zod'

/** What the tasks that write speech down have in common. */

export const transcriptFormat = z.enum(['txt', 'srt', 'vtt', 'json'])
export type TranscriptFormat = z.output<typeof transcriptFormat>

export const transcriptInput = {
  audio: mediaInput('audio', 'The sound, or a video with sound, in any format that ffmpeg reads.'),
  language: z
    .string()
    .regex(/^[a-z]{2,3}$/, 'expected the code of a language, such as en, zh or yue')
    .optional()
    .meta({ description: 'What is spoken, as its code; absent: heard from the first half minute of speech.' }),
  prompt: z.string().max(4000).default('').meta({
    description: 'Text that might have come before: names and words that are likely, spelt as they should be.',
  }),
  temperature: z.number().min(0).max(1).default(0).meta({
    description: '0 takes the likeliest words, and rises by itself where they come out as loops or nonsense.',
  }),
  beam_size: z
    .int()
    .min(1)
    .max(10)
    .default(5)
    .meta({ description: 'Readings that are followed at a time; 1 is quickest.' }),
  vad_filter: z.boolean().default(true).meta({
    description: 'Listen only where somebody speaks: in silence and music, models of speech invent words.',
  }),
  word_timestamps: z.boolean().default(false).meta({ description: 'When each word was said.' }),
  formats: z.array(transcriptFormat).max(4).default([]).meta({ description: 'Files that are kept with the answer.' }),
}

const seconds = z.number().nonnegative()

export const spokenWord = z.object({
  /** With the blank before it, where it has one. */
  word: z.string(),
  start: seconds,
  end: seconds,
  probability: z.number().min(0).max(1).optional().meta({ description: 'Where the engine tells it.' }),
})
export type SpokenWord = z.output<typeof spokenWord>

/** A piece of speech as the model wrote it down. Times are seconds from the beginning of the sound. */
export const transcriptSegment = z.object({
  id: z.int().nonnegative(),
  start: seconds,
  end: seconds,
  text: z.string(),
  seek: z.int().nonnegative().meta({ description: 'Hundredths of a second at which the window began.' }),
  /** What the weights' vocabulary has for it, and how sure they were: engines that do not tell leave all of it out. */
  tokens: z.array(z.int()).optional(),
  temperature: z.number().optional(),
  avg_logprob: z
    .number()
    .optional()
    .meta({ description: 'Mean of the natural logarithms of its tokens’ likelihoods, where the engine tells it.' }),
  compression_ratio: z.number().meta({ description: 'Above 2.4 it probably repeats itself.' }),
  no_speech_prob: z.number().min(0).max(1).optional(),
  words: z.array(spokenWord).optional(),
})
export type TranscriptSegment = z.output<typeof transcriptSegment>

export const transcript = z.object({
  text: z.string(),
  language: z.string().meta({ description: 'Code of what is spoken.' }),
  language_probability: z.number().min(0).max(1).optional().meta({ description: 'Where it was not given.' }),
  seconds: seconds.meta({ description: 'Length of the sound.' }),
  speech_seconds: seconds.optional().meta({ description: 'How much of it is speech, where that was looked for.' }),
  segments: z.array(transcriptSegment),
  files: z.array(outputFile),
})
export type Transcript = z.output<typeof transcript>

/** Each segment as soon as it is written. */
export const transcriptChunk = z.object({ segment: transcriptSegment })
export type TranscriptChunk = z.output<typeof transcriptChunk>
