import { wavHeader } from '@hearth/media'
import { hearingRate } from './sound-format.ts'

/** The sound of a conversation as far as it may still be needed. Positions are samples since its beginning. */
export class SoundTrack {
  readonly #pieces: Int16Array[] = []
  #begin = 0
  #end = 0

  /** Position of the first sample that is kept. */
  get begin(): number {
    return this.#begin
  }

  /** Position behind the last one. */
  get end(): number {
    return this.#end
  }

  append(samples: Int16Array): void {
    if (samples.length === 0) return
    this.#pieces.push(samples)
    this.#end += samples.length
  }

  /** A WAV file of what is kept from one position to another. */
  wav(from: number, to: number): Uint8Array {
    const samples = new Int16Array(Math.max(0, Math.min(to, this.#end) - Math.max(from, this.#begin)))
    let at = this.#begin
    let filled = 0
    for (const piece of this.#pieces) {
      const part = piece.subarray(Math.max(0, from - at), Math.max(0, to - at))
      samples.set(part, filled)
      filled += part.length
      at += piece.length
    }
    const bytes = Buffer.alloc(2 * samples.length)
    for (const [index, sample] of samples.entries()) bytes.writeInt16LE(sample, 2 * index)
    return Buffer.concat([wavHeader(hearingRate, bytes.length), bytes])
  }

  /** Lets go of what lies before a position; whole pieces at a time. */
  forget(before: number): void {
    for (let first = this.#pieces[0]; first && this.#begin + first.length <= before; first = this.#pieces[0]) {
      this.#pieces.shift()
      this.#begin += first.length
    }
  }
}
