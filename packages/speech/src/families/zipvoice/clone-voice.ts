import { AppError, type Executor, perform, type RunContext } from '@hearth/contract'
import { readAudio } from '@hearth/media'
import { task } from '../../clone-voice/spec.ts'
import { generate } from '../../sherpa/generate.ts'
import type { Speaker } from '../../sherpa/library.ts'
import { speakText } from '../../speaking/speak-text.ts'

/** Seconds of a recording: less says too little of a voice, and what is computed grows with its length. */
const [shortest, longest] = [1, 30]

/** Steps from noise to speech, as many as the distilled weights were made for. */
const numSteps = 4

/** Speaks with the voice of a recording, sentence by sentence. */
export function cloneVoice(speaker: Speaker): Executor<never> {
  return perform(task, async ({ reference, reference_text, consent: _, ...reading }, context) => {
    const { sampleRate } = speaker
    const voice = {
      referenceAudio: await recording(context, reference, sampleRate),
      referenceSampleRate: sampleRate,
      referenceText: reference_text,
    }
    const say = (text: string, speed: number) =>
      generate(speaker, { text, enableExternalBuffer: false, generationConfig: { ...voice, speed, numSteps } })
    return speakText({ sampleRate, say }, { ...reading, pitch: 0 }, context)
  })
}

/** The whole recording. @throws AppError `invalid-input` where it is too short, too long, or silent. */
async function recording(context: RunContext, reference: string, sampleRate: number): Promise<Float32Array> {
  const { signal } = context
  const samples = new Float32Array(longest * sampleRate)
  let length = 0
  for await (const block of readAudio(await context.path(reference), { sampleRate, signal })) {
    if (length + block.length > samples.length) throw unusable(`is longer than ${longest} seconds`)
    samples.set(block, length)
    length += block.length
  }
  if (length < shortest * sampleRate) throw unusable(`is shorter than ${shortest} second`)
  const heard = samples.subarray(0, length)
  if (heard.every(sample => Math.abs(sample) < 0.001)) throw unusable('is silent')
  return heard
}

function unusable(what: string): AppError {
  return new AppError('invalid-input', `reference: the recording ${what}`, {
    path: ['reference'],
    hint: 'Send five to fifteen seconds in which one person speaks, and the words that they say.',
  })
}
