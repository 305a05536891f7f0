import { deflateSync } from 'node:zlib'
import { AppError, type Executor, perform, type RunContext } from '@hearth/contract'
import { inspectAudio, readAudio } from '@hearth/media'
import { task as transcribe } from '../../transcribe/spec.ts'
import { checkLanguage } from '../../transcript/check-language.ts'
import { keepTranscript, textOf } from '../../transcript/keep-transcript.ts'
import type { TranscriptSegment } from '../../transcript-fields.ts'
import type { task as translateSpeech } from '../../translate-speech/spec.ts'
import { vadRate } from '../../voice-activity/speech-spans.ts'
import type { HearingOptions } from './library.ts'
import type { Whisper } from './open-whisper.ts'
import { type Piece, spokenPieces, wholePieces } from './pieces.ts'

/** Writes down what is said, or in English what is said in another language, half a minute at a time. */
export function listen(whisper: Whisper, task: typeof transcribe | typeof translateSpeech): Executor<never> {
  const translates = task.id !== transcribe.id
  return perform(task, async (wanted, context) => {
    checkLanguage(whisper, wanted.language, translates)
    if (wanted.word_timestamps) throw noWords()
    let language = whisper.multilingual ? wanted.language : 'en'
    let speech = 0
    const segments: TranscriptSegment[] = []
    const sound = await openSound(context, wanted.audio)
    const pieces = wanted.vad_filter ? spokenPieces(sound.blocks, whisper.voices) : wholePieces(sound.blocks)
    for await (const piece of pieces) {
      context.signal.throwIfAborted()
      const heard = await hear(whisper, piece, {
        language: language ?? 'auto',
        translate: translates,
        prompt: wanted.prompt,
        temperature: wanted.temperature,
        temperatureInc: 0.2,
        maxThreads: whisper.threads,
      })
      speech += piece.speech / vadRate
      for (const { text, start, end } of heard.segments) {
        const times = { start, end, seek: Math.round((100 * piece.start) / vadRate) }
        const segment = { id: segments.length, ...times, text, compression_ratio: compressionRatio(text) }
        segments.push(segment)
        context.chunk({ segment })
      }
      // The language is told from the first piece in which something is said.
      if (heard.segments.length > 0) language ??= heard.language
      sound.reached(piece.start + piece.samples.length)
    }
    const seconds = sound.end()
    const transcript = { text: textOf(segments), language: language ?? 'en', seconds, segments }
    return {
      ...transcript,
      ...(wanted.vad_filter ? { speech_seconds: speech } : {}),
      files: await keepTranscript(transcript, wanted.formats, context),
    }
  })
}

const noWords = (): AppError =>
  new AppError('invalid-input', 'this engine does not tell when each word was said', {
    path: ['word_timestamps'],
    hint: 'Take a model of faster-whisper, such as whisper-base, or leave word_timestamps out.',
  })

/** The sound block by block; progress is how much of it is written down. */
async function openSound(context: RunContext, reference: string) {
  const { signal } = context
  const path = await context.path(reference)
  const announced = (await inspectAudio(path, { signal })).seconds ?? 0
  let samples = 0
  async function* counted() {
    for await (const block of readAudio(path, { sampleRate: vadRate, signal })) {
      samples += block.length
      yield block
    }
  }
  return {
    blocks: counted(),
    reached(sample: number) {
      const done = sample / vadRate
      context.progress(done, Math.max(announced, samples / vadRate, done))
    },
    end() {
      const seconds = samples / vadRate
      context.progress(seconds, seconds)
      return seconds
    },
  }
}

/** Whisper hears nothing in less than a tenth of a second. */
const shortest = vadRate

async function hear({ context }: Whisper, { samples, start }: Piece, options: HearingOptions) {
  const sound = new Int16Array(Math.max(shortest, samples.length))
  samples.forEach((sample, at) => {
    sound[at] = Math.round(32_767 * sample)
  })
  const { segments, language } = await context.transcribeData(sound.buffer, options).promise
  const seconds = samples.length / vadRate
  /** The model may say that a segment ends behind the sound. */
  const time = (milliseconds: number) =>
    (start + vadRate * Math.min(seconds, Math.max(0, milliseconds / 1000))) / vadRate
  return {
    language,
    segments: segments
      .filter(({ text }) => text.trim() !== '')
      .map(({ text, t0, t1 }) => ({ text, start: time(t0), end: time(Math.max(t0, t1)) })),
  }
}

/** As Whisper's authors measure whether a text repeats itself. */
function compressionRatio(text: string): number {
  const bytes = Buffer.from(text)
  return bytes.length / deflateSync(bytes).length
}
