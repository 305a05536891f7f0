import { startHearing } from '../../voice-activity/hearing.ts'
import type { SampleSpan } from '../../voice-activity/speech-spans.ts'
import type { VoiceModel } from '../../voice-activity/voice-model.ts'
import { listenerRate, recentSound } from './recent-sound.ts'

/** A piece of a sound in which somebody speaks. */
export interface Piece extends SampleSpan {
  samples: Float32Array
}

/** Seconds of a piece at most: Whisper hears thirty, and what is computed grows with the square of the length. */
const longest = 28

/** Pauses of half a second part two pieces, so that sentences mostly stay whole. */
const settings = {
  threshold: 0.5,
  min_speech_duration_ms: 250,
  min_silence_duration_ms: 500,
  speech_pad_ms: 200,
  max_speech_duration_s: longest,
}

/** Cuts a sound that passes by into the pieces in which somebody speaks. */
export interface Cutter {
  take(block: Float32Array): Promise<Piece[]>
  end(): Promise<Piece[]>
}

/** By the pauses that the model of voices hears. */
export function cutAtPauses(model: VoiceModel): Cutter {
  const hearing = startHearing(model, settings)
  // A piece is told of when the pause behind it is sure, and a long one when it is over.
  const sound = recentSound(2 * longest * listenerRate)
  const cut = (spans: readonly SampleSpan[]) =>
    spans.map(({ start, end }) => ({ start, end, samples: sound.slice(start, end) }))
  return {
    async take(block) {
      sound.add(block)
      return cut(await hearing.hear(block))
    },
    end: async () => cut(await hearing.end()),
  }
}

/** All of it, cut where it is quietest in the last seconds of each piece. */
export function cutAnywhere(): Cutter {
  let start = 0
  let held = new Float32Array()
  const cut = (length: number): Piece => {
    const piece = { start, end: start + length, samples: held.slice(0, length) }
    held = held.slice(length)
    start += length
    return piece
  }
  return {
    async take(block) {
      const all = new Float32Array(held.length + block.length)
      all.set(held)
      all.set(block, held.length)
      held = all
      const pieces: Piece[] = []
      while (held.length >= longest * listenerRate) pieces.push(cut(quietest(held)))
      return pieces
    },
    end: async () => (held.length === 0 ? [] : [cut(held.length)]),
  }
}

/** Middle of the quietest tenth of a second, in the last five seconds of what a piece may have. */
function quietest(samples: Float32Array): number {
  const [size, end] = [listenerRate / 10, longest * listenerRate]
  let best = { at: end, loud: Number.POSITIVE_INFINITY }
  for (let from = end - 5 * listenerRate; from + size <= end; from += size / 2) {
    const loud = samples.subarray(from, from + size).reduce((sum, sample) => sum + sample * sample, 0)
    if (loud < best.loud) best = { at: from + size / 2, loud }
  }
  return best.at
}
