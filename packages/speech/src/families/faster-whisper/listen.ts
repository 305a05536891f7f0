import { AppError, type Executor, perform, type RunContext } from '@hearth/contract'
import { z } from 'zod'
import { task as transcribe } from '../../transcribe/spec.ts'
import { transcriptFile } from '../../transcript/transcript-file.ts'
import { type Transcript, type TranscriptSegment, transcriptSegment } from '../../transcript-fields.ts'
import type { task as translateSpeech } from '../../translate-speech/spec.ts'
import type { Whisper } from './open-whisper.ts'

type Wanted = z.output<(typeof transcribe)['input']>

const heard = z.object({
  language: z.string(),
  language_probability: z.number().nullable(),
  seconds: z.number(),
  speech_seconds: z.number().nullable(),
})

/** Writes down what is said, or in English what is said in another language: the two differ in one word to the model. */
export function listen(whisper: Whisper, task: typeof transcribe | typeof translateSpeech): Executor<never> {
  const translates = task.id !== transcribe.id
  return perform(task, async (wanted, context) => {
    checkLanguage(whisper, wanted.language, translates)
    const { audio, formats, ...manner } = wanted
    const segments: TranscriptSegment[] = []
    const sidecar = await whisper.sidecar()
    const params = { ...manner, path: await context.path(audio), task: translates ? 'translate' : 'transcribe' }
    const { language, seconds, ...found } = await sidecar.request('transcribe', params, {
      result: heard,
      signal: context.signal,
      progress: (done, total) => context.progress(done, total),
      chunk: value => {
        const segment = transcriptSegment.parse(value)
        segments.push(segment)
        context.chunk({ segment })
      },
    })
    const transcript = { text: textOf(segments), language, seconds, segments }
    return {
      ...transcript,
      ...(found.language_probability === null ? {} : { language_probability: found.language_probability }),
      ...(found.speech_seconds === null ? {} : { speech_seconds: found.speech_seconds }),
      files: await keep(transcript, formats, context),
    }
  })
}

/** @throws AppError `invalid-input` for what these weights cannot understand or say. */
function checkLanguage({ multilingual, languages }: Whisper, language: string | undefined, translates: boolean): void {
  const hint = 'Take a model for many languages, such as whisper-base.'
  if (translates && !multilingual) {
    throw new AppError('invalid-input', 'this model understands English only: it has nothing to translate', { hint })
  }
  if (language === undefined || languages.includes(language)) return
  throw new AppError(
    'invalid-input',
    multilingual
      ? `this model does not know the language ${language}`
      : `this model understands English only, not ${language}`,
    { path: ['language'], hint: multilingual ? `It knows ${languages.join(', ')}.` : hint },
  )
}

/** Segments begin with a blank where the language has any. */
const textOf = (segments: readonly TranscriptSegment[]): string =>
  segments
    .map(({ text }) => text)
    .join('')
    .trim()

async function keep(
  transcript: Pick<Transcript, 'text' | 'language' | 'seconds' | 'segments'>,
  formats: Wanted['formats'],
  context: RunContext,
): Promise<Transcript['files']> {
  const files: Transcript['files'] = []
  for (const format of new Set(formats)) files.push(await context.save(transcriptFile(transcript, format)))
  return files
}
