import { type Executor, perform } from '@hearth/contract'
import { z } from 'zod'
import { task as transcribe } from '../../transcribe/spec.ts'
import { checkLanguage } from '../../transcript/check-language.ts'
import { keepTranscript, textOf } from '../../transcript/keep-transcript.ts'
import { type TranscriptSegment, transcriptSegment } from '../../transcript-fields.ts'
import type { task as translateSpeech } from '../../translate-speech/spec.ts'
import type { Whisper } from './open-whisper.ts'

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
      files: await keepTranscript(transcript, formats, context),
    }
  })
}
