import { type Executor, perform, type RunContext } from '@hearth/contract'
import { encodeAudio, resampleAudio } from '@hearth/media'
import { audioFiles } from '../../audio-fields.ts'
import { task } from '../../synthesise-speech/spec.ts'
import { fadeEnds, silence } from '../../text/seams.ts'
import { type Sentence, splitSentences } from '../../text/sentences.ts'
import type { Voice } from './open-voice.ts'
import { speakerId } from './voice-config.ts'

/** Speaks sentence by sentence, and looks at the signal between them. */
export function synthesiseSpeech(voice: Voice): Executor<never> {
  return perform(task, async ({ text, voice: wanted, format, sample_rate, ...manner }, context) => {
    const sid = speakerId(voice.config, wanted)
    const sampleRate = sample_rate ?? voice.speaker.sampleRate
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
        const sound = await say(voice, sentence, { ...manner, sid, sampleRate, last: index === sentences.length - 1 })
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
  })
}

interface Manner {
  sid: number
  speed: number
  pitch: number
  gain_db: number
  sampleRate: number
  /** Nothing follows: no pause. */
  last: boolean
}

async function say(
  { speaker, config }: Voice,
  { text, goesOn }: Sentence,
  { sid, speed, pitch, gain_db, sampleRate, last }: Manner,
): Promise<Float32Array> {
  const played = playedRate(speaker.sampleRate, pitch)
  const slower = speaker.sampleRate / played
  const length_scale = config.inference.length_scale
  const request = { text, sid, speed: (speed * slower) / length_scale, enableExternalBuffer: false }
  const { samples, sampleRate: own } = await speaker.generateAsync(request)
  const sound = amplify(resampleAudio(fadeEnds(samples, own), played, sampleRate), gain_db)
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

function keep(bytes: Uint8Array, format: keyof typeof audioFiles, context: RunContext) {
  const { mime, ending } = audioFiles[format]
  return context.save({ name: `speech.${ending}`, bytes, mime })
}
