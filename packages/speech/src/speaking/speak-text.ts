import type { RunContext } from '@hearth/contract'
import { encodeAudio, resampleAudio } from '@hearth/media'
import { type AudioFormat, audioFiles } from '../audio-fields.ts'
import type { Speech } from '../spoken-fields.ts'
import { fadeEnds, silence } from '../text/seams.ts'
import { type Sentence, splitSentences } from '../text/sentences.ts'

/** A voice that is ready to speak. */
export interface Voice {
  sampleRate: number
  /** Says a sentence, at the voice's own rate; `speed` 2 is twice as fast. */
  say(sentence: string, speed: number): Promise<Float32Array>
}

interface Manner {
  speed: number
  pitch: number
  gain_db: number
}

export interface Reading extends Manner {
  text: string
  format: AudioFormat
  sample_rate?: number | undefined
}

/** Speaks sentence by sentence, and looks at the signal between them. */
export async function speakText(voice: Voice, reading: Reading, context: RunContext): Promise<Speech> {
  const { text, format, sample_rate: sampleRate = voice.sampleRate, ...manner } = reading
  const sentences = splitSentences(text)
  let spoken = { index: 0, sentence: sentences[0]?.text ?? '' }
  const encoder = encodeAudio({
    format,
    sampleRate,
    signal: context.signal,
    heard: bytes => context.chunk({ audio: Buffer.from(bytes).toString('base64'), ...spoken }),
  })
  let samples = 0
  try {
    for (const [index, sentence] of sentences.entries()) {
      context.signal.throwIfAborted()
      const sound = await say(voice, sentence, { ...manner, sampleRate, last: index === sentences.length - 1 })
      spoken = { index, sentence: sentence.text }
      await encoder.write(sound)
      samples += sound.length
      context.progress(index + 1, sentences.length)
    }
    const audio = await keep(await encoder.end(), format, context)
    return { audio, sample_rate: sampleRate, seconds: samples / sampleRate, sentences: sentences.length }
  } catch (error) {
    await encoder.abandon()
    throw error
  }
}

/** @param manner `last`: nothing follows, so that there is no pause. */
async function say(
  voice: Voice,
  { text, goesOn }: Sentence,
  { speed, pitch, gain_db, sampleRate, last }: Manner & { sampleRate: number; last: boolean },
): Promise<Float32Array> {
  const played = playedRate(voice.sampleRate, pitch)
  const slower = voice.sampleRate / played
  const samples = await voice.say(text, speed * slower)
  const sound = amplify(resampleAudio(fadeEnds(samples, voice.sampleRate), played, sampleRate), gain_db)
  const pause = last ? new Float32Array() : silence(goesOn ? 'piece' : 'sentence', sampleRate, speed)
  const whole = new Float32Array(sound.length + pause.length)
  whole.set(sound)
  return whole
}

/**
 * The rate at which the voice's samples are played to sound that much higher; it has to speak slower by as much.
 * In whole steps, three hundredths of a semitone off at most, so that the filter of `resampleAudio` has few phases.
 */
function playedRate(own: number, semitones: number): number {
  const step = 25
  return semitones === 0 ? own : Math.round((own * 2 ** (semitones / 12)) / step) * step
}

/** In place. */
function amplify(samples: Float32Array, decibels: number): Float32Array {
  if (decibels === 0) return samples
  const factor = 10 ** (decibels / 20)
  for (const [at, sample] of samples.entries()) samples[at] = sample * factor
  return samples
}

function keep(bytes: Uint8Array, format: AudioFormat, context: RunContext) {
  const { mime, ending } = audioFiles[format]
  return context.save({ name: `speech.${ending}`, bytes, mime })
}
