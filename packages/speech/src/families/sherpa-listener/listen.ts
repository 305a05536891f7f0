import { AppError, type Executor, perform, type RunContext } from '@hearth/contract'
import { inspectAudio, readAudio } from '@hearth/media'
import { task } from '../../transcribe/spec.ts'
import { checkLanguage } from '../../transcript/check-language.ts'
import { keepTranscript, textOf } from '../../transcript/keep-transcript.ts'
import type { TranscriptSegment } from '../../transcript-fields.ts'
import type { VoiceModel } from '../../voice-activity/voice-model.ts'
import type { Listener } from './open-listener.ts'
import { type Cutter, cutAnywhere, cutAtPauses, type Piece } from './pieces.ts'
import { listenerRate } from './recent-sound.ts'
import { segmentOf } from './segment.ts'

/** Of what is spoken where nothing says it, as ISO 639 calls it. */
const undetermined = 'und'

/** Writes down what is said piece by piece, and looks at the signal between them. */
export function listen(listener: Listener, voices: VoiceModel): Executor<never> {
  return perform(task, async ({ audio, language, vad_filter, word_timestamps, formats }, context) => {
    requireKnown(listener, language, word_timestamps)
    const cutter = vad_filter ? cutAtPauses(voices) : cutAnywhere()
    const segments: TranscriptSegment[] = []
    const languages = new Map<string, number>()
    let spoken = 0
    let seconds = 0
    for await (const { piece, heard } of pieces(await context.path(audio), cutter, context)) {
      seconds = heard
      if (piece === undefined) continue
      context.signal.throwIfAborted()
      const recognised = await listener.hear(piece.samples, language)
      spoken += piece.samples.length / listenerRate
      const segment = segmentOf(recognised, piece, { id: segments.length, words: word_timestamps })
      if (segment === undefined) continue
      const code = /[a-z]{2,3}/.exec(recognised.lang ?? '')?.[0] ?? language ?? undetermined
      languages.set(code, (languages.get(code) ?? 0) + piece.samples.length)
      segments.push(segment)
      context.chunk({ segment })
    }
    const [most] = [...languages].toSorted(([, a], [, b]) => b - a)
    const transcript = {
      text: textOf(segments),
      language: language ?? most?.[0] ?? undetermined,
      seconds,
      segments,
    }
    const files = await keepTranscript(transcript, formats, context)
    return { ...transcript, ...(vad_filter ? { speech_seconds: spoken } : {}), files }
  })
}

/** The pieces of a sound, each with the seconds that were heard so far; at the end all of them once more, without a piece. */
async function* pieces(
  path: string,
  cutter: Cutter,
  context: Pick<RunContext, 'signal' | 'progress'>,
): AsyncGenerator<{ piece?: Piece; heard: number }> {
  const { signal } = context
  const total = (await inspectAudio(path, { signal })).seconds ?? 0
  let heard = 0
  for await (const block of readAudio(path, { sampleRate: listenerRate, signal })) {
    heard += block.length / listenerRate
    for (const piece of await cutter.take(block)) yield { piece, heard }
    context.progress(heard, Math.max(total, heard))
  }
  for (const piece of await cutter.end()) yield { piece, heard }
  context.progress(heard, heard)
  yield { heard }
}

/** @throws AppError `invalid-input` for what these weights cannot understand or tell. */
function requireKnown({ languages, timed }: Listener, language: string | undefined, words: boolean): void {
  if (languages) checkLanguage({ multilingual: languages.length > 1, languages }, language, false)
  if (timed || !words) return
  throw new AppError('invalid-input', 'this model does not tell when each word was said', {
    path: ['word_timestamps'],
    hint: 'Take another model, such as sense-voice-small, or leave word_timestamps out.',
  })
}
