import { AppError } from '@hearth/contract'
import { languageCode } from '@hearth/speech/transcript/language-names'
import { z } from 'zod'
import type { FormValue } from '../../http/body.ts'
import { readWish } from './chat-wish.ts'
import { fieldsOfForm } from './picture-wish.ts'

const number = z.preprocess(value => (typeof value === 'string' ? Number(value) : value), z.number())
/** Python's clients write truth values in their own way. */
const flag = z.preprocess(
  value => (/^(true|1)$/i.test(String(value)) ? true : /^(false|0)$/i.test(String(value)) ? false : value),
  z.boolean(),
)
/** One of the name, or several with brackets behind it. */
const many = <T extends z.ZodType>(item: T) => z.preprocess(value => [value].flat(), z.array(item))

export const language = z.string().transform((given, context) => {
  if (given.toLowerCase() === 'auto') return undefined
  const code = languageCode(given)
  if (code !== undefined) return code
  context.addIssue({ code: 'custom', message: 'expected the code of a language, such as "en", or its English name' })
  return z.NEVER
})

/** A text is an address or a reference, or a file that was sent without a file name: then its bytes are lost. */
const file = z.union(
  [
    z.instanceof(File),
    z.string().regex(/^(data:|https?:|upload:|output:)/i, 'expected a file; this part of the form has no file name'),
  ],
  { error: ({ input }) => (Array.isArray(input) ? 'expected one file' : 'expected a file') },
)

/**
 * What clients of OpenAI and SiliconFlow say of a transcription or a translation. Fields that change nothing here
 * (`chunking_strategy`: pauses are looked for in any case) are let through.
 */
const transcriptionWish = z
  .object({
    model: z.string().min(1),
    file,
    language: language.optional(),
    prompt: z.string().default(''),
    keywords: many(z.string()).default([]),
    temperature: number.default(0),
    response_format: z
      .enum(['json', 'text', 'srt', 'verbose_json', 'vtt', 'diarized_json'])
      .refine(format => format !== 'diarized_json', {
        message: 'who speaks is not told here; ask the task for it apart from this',
      })
      .default('json'),
    timestamp_granularities: many(z.enum(['word', 'segment'])).optional(),
    include: many(z.never('likelihoods of tokens are not told; verbose_json has the mean of each segment')).optional(),
    stream: flag.default(false),
  })
  .refine(wish => wish.timestamp_granularities === undefined || wish.response_format === 'verbose_json', {
    path: ['timestamp_granularities'],
    message: 'only verbose_json has times',
  })
  .refine(wish => !wish.stream || !['srt', 'vtt'].includes(wish.response_format), {
    path: ['stream'],
    message: 'only json, text and verbose_json come as events; subtitles are sent as they are made without it',
  })
export type TranscriptionWish = z.output<typeof transcriptionWish>

/** Reads a form; empty fields mean: not said. @throws AppError `invalid-input`. */
export function readTranscriptionWish(form: readonly [string, FormValue][]): TranscriptionWish {
  const fields = fieldsOfForm(form.filter(([, value]) => value !== ''))
  return readWish(transcriptionWish, fields)
}

/** OpenAI's only Whisper, which most clients name whatever they talk to: here whichever is the default. */
export function modelOf({ model }: TranscriptionWish): string | undefined {
  return model === 'whisper-1' ? undefined : model
}

/** What the tasks that write speech down are asked. */
export function inputOf(wish: TranscriptionWish, heard: 'transcribe' | 'translate') {
  const { file, language, temperature, timestamp_granularities = [] } = wish
  return {
    audio: file,
    // Translations are told nothing of the language, and clients mean by it the one they want.
    ...(language === undefined || heard === 'translate' ? {} : { language }),
    prompt: [wish.prompt, wish.keywords.join(', ')].filter(text => text !== '').join('\n'),
    temperature,
    word_timestamps: timestamp_granularities.includes('word'),
  }
}

/** What is said of the task's sound, said of the field that it came in. */
export function aboutFile(thrown: unknown): unknown {
  if (!(thrown instanceof AppError) || thrown.path?.[0] !== 'audio') return thrown
  const { message, path: [, ...rest] = [], ...report } = thrown.report()
  return AppError.from({ ...report, message: message.replace(/^audio:/, 'file:'), path: ['file', ...rest] })
}
