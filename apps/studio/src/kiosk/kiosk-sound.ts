export type Sound = 'granted' | 'refused' | 'next'

/** Frequencies in hertz, one after the other. */
const tunes: Record<Sound, readonly number[]> = { granted: [660, 880], refused: [220, 175], next: [520] }
const length = 0.16

/** Short sounds, made on the spot. Silent until somebody has touched the screen: browsers want it so. */
export function createSounds(): { play(sound: Sound): void; allow(): void; close(): void } {
  const context = new AudioContext()
  return {
    play(sound) {
      if (context.state !== 'running') return
      for (const [place, frequency] of tunes[sound].entries()) {
        const at = context.currentTime + place * length
        const tone = new OscillatorNode(context, { frequency, type: 'sine' })
        const volume = new GainNode(context, { gain: 0 })
        volume.gain.setValueAtTime(0, at)
        volume.gain.linearRampToValueAtTime(0.2, at + 0.02)
        volume.gain.exponentialRampToValueAtTime(0.001, at + length)
        tone.connect(volume).connect(context.destination)
        tone.start(at)
        tone.stop(at + length)
      }
    },
    allow: () => void context.resume(),
    close: () => void context.close(),
  }
}
