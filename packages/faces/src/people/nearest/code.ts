import { codeBytes } from './kernel.ts'

/** Bits of a code. */
const bits = codeBytes * 8

/** Writes the code of a vector. */
export type Coder = (vector: Float32Array, into: Uint8Array) => void

/**
 * Codes whose differing bits grow with the angle between two vectors: each bit is the side of a random plane on which
 * the vector lies, counted from the middle of all vectors, for embedders use only a corner of their space. The planes
 * come from three rounds of random signs and a Hadamard transform, which costs n log n instead of n².
 * @param middle mean of what is to be told apart; its length is the number of dimensions.
 */
export function createCoder(middle: Float32Array): Coder {
  const size = 2 ** Math.ceil(Math.log2(Math.max(middle.length, bits)))
  const signs = [1, 2, 3].map(round => randomSigns(size, round))
  const work = new Float32Array(size)
  return (vector, into) => {
    work.fill(0)
    for (let k = 0; k < middle.length; k++) work[k] = (vector[k] as number) - (middle[k] as number)
    for (const round of signs) {
      for (let k = 0; k < size; k++) work[k] = (work[k] as number) * (round[k] as number)
      hadamard(work)
    }
    into.fill(0)
    for (let k = 0; k < bits; k++) if ((work[k] as number) > 0) into[k >> 3] = (into[k >> 3] as number) | (1 << (k & 7))
  }
}

/** In place, without its scale: only signs are read. */
function hadamard(values: Float32Array): void {
  for (let half = 1; half < values.length; half *= 2) {
    for (let from = 0; from < values.length; from += 2 * half) {
      for (let k = from; k < from + half; k++) {
        const a = values[k] as number
        const b = values[k + half] as number
        values[k] = a + b
        values[k + half] = a - b
      }
    }
  }
}

/** The same for the same seed (a xorshift generator), so that a rebuilt index answers as before. */
function randomSigns(count: number, seed: number): Float32Array {
  let state = seed * 0x9e3779b9
  return Float32Array.from({ length: count }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state & 1 ? 1 : -1
  })
}
