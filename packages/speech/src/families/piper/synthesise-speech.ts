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
  return perform(task, async ({ text, voice: wanted, speed, format, sample_rate }, context) => {
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
        const sound = await say(voice, sentence, { sid, speed, sampleRate, last: index === sentences.length - 1 })
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
  sampleRate: number
  /** Nothing follows: no pause. */
  last: boolean
}

async function say(
  { speaker, config }: Voice,
  { text, goesOn }: Sentence,
  { sid, speed, sampleRate, last }: Manner,
): Promise<Float32Array> {
  const request = { text, sid, speed: speed / config.inference.length_scale, enableExternalBuffer: false }
  const { samples, sampleRate: own } = await speaker.generateAsync(request)
  const sound = resampleAudio(fadeEnds(samples, own), own, sampleRate)
  const pause = last ? new Float32Array() : silence(goesOn ? 'piece' : 'sentence', sampleRate, speed)
  const whole = new Float32Array(sound.length + pause.length)
  whole.set(sound)
  return whole
}

function keep(bytes: Uint8Array, format: keyof typeof audioFiles, context: RunContext) {
  const { mime, ending } = audioFiles[format]
  return context.save({ name: `speech.${ending}`, bytes, mime })
}
