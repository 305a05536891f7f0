/** Seconds over which a sentence comes and goes: too short to be heard, long enough not to click. */
const fade = 0.005

/** Seconds of silence behind a sentence, and behind a piece of one. */
const pauses = { sentence: 0.3, piece: 0.1 } as const

/** Lets the sound begin and end in silence, in place. */
export function fadeEnds(samples: Float32Array, sampleRate: number): Float32Array {
  const length = Math.min(Math.round(fade * sampleRate), Math.floor(samples.length / 2))
  for (let at = 0; at < length; at++) {
    const gain = 0.5 - 0.5 * Math.cos((Math.PI * at) / length)
    const last = samples.length - 1 - at
    samples[at] = (samples[at] ?? 0) * gain
    samples[last] = (samples[last] ?? 0) * gain
  }
  return samples
}

/** The silence behind a sentence; slower speech has longer ones. */
export function silence(after: keyof typeof pauses, sampleRate: number, speed: number): Float32Array {
  return new Float32Array(Math.round((pauses[after] / speed) * sampleRate))
}
