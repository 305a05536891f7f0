import { AppError, perform, type RunContext } from '@hearth/contract'
import { inspectAudio, readAudio } from '@hearth/media'
import { type SpeakerTurn, task } from '../../diarise/spec.ts'
import type { OpenDiariser } from './open-diariser.ts'
import { diariserRate } from './weights.ts'

/** Who is who can only be told when all has been heard, so that all of it is in memory. */
const mostSeconds = 2 * 3600

/** Reads the sound, then tells its voices apart in one go, during which nothing can be heard of it. */
export function diarise({ diariser, windowSize }: OpenDiariser) {
  return perform(task, async ({ audio, speakers, threshold }, context) => {
    // One window alone would not be clustered: with silence behind it there are two.
    const { samples, length } = await wholeSound(context, audio, 1.1 * windowSize)
    context.signal.throwIfAborted()
    diariser.setConfig({ clustering: { numClusters: speakers ?? -1, threshold } })
    const seconds = length / diariserRate
    const segments = inOrder(diariser.process(samples), seconds)
    context.progress(2 * seconds, 2 * seconds)
    return { segments, speakers: new Set(segments.map(({ speaker }) => speaker)).size, seconds }
  })
}

/** All samples, with silence up to `least`, and how many there are without it. Progress: half of the way. */
async function wholeSound(context: RunContext, reference: string, least: number) {
  const { signal } = context
  const path = await context.path(reference)
  const said = (await inspectAudio(path, { signal })).seconds ?? 60
  requireShort(said)
  let samples = new Float32Array(Math.ceil(Math.max(said * diariserRate, least)))
  let length = 0
  for await (const block of readAudio(path, { sampleRate: diariserRate, signal })) {
    requireShort((length + block.length) / diariserRate)
    if (length + block.length > samples.length) {
      const longer = new Float32Array(Math.ceil(1.5 * (length + block.length)))
      longer.set(samples.subarray(0, length))
      samples = longer
    }
    samples.set(block, length)
    length += block.length
    const done = length / diariserRate
    context.progress(done, 2 * Math.max(said, done))
  }
  return { samples: samples.subarray(0, Math.ceil(Math.max(length, least))), length }
}

function requireShort(seconds: number): void {
  if (seconds <= mostSeconds) return
  throw new AppError(
    'too-large',
    `the sound is longer than ${mostSeconds / 3600} hours, the most that is told apart at once`,
    {
      hint: 'Cut it into parts; speakers are numbered anew in each.',
    },
  )
}

/** By time; whoever speaks first is number 0. What is found in the silence behind the sound is no speech. */
function inOrder(found: readonly { start: number; end: number; speaker: number }[], seconds: number): SpeakerTurn[] {
  const numbers = new Map<number, number>()
  return found
    .toSorted((a, b) => a.start - b.start || a.end - b.end)
    .filter(({ start }) => start < seconds)
    .map(({ start, end, speaker }) => {
      const number = numbers.get(speaker) ?? numbers.size
      numbers.set(speaker, number)
      return { start, end: Math.min(end, seconds), speaker: `SPEAKER_${String(number).padStart(2, '0')}` }
    })
}
