/** Samples a second, as all these models and the model of voices want them. */
export const listenerRate = 16_000

/** The last of a sound that passes by. What it keeps does not grow. */
export interface RecentSound {
  add(block: Float32Array): void
  /** From one sample to another, counted from the beginning of the sound. Both must still be there. */
  slice(start: number, end: number): Float32Array
}

/** @param most samples that are kept, beside one block. */
export function recentSound(most: number): RecentSound {
  let kept = new Float32Array()
  let first = 0
  return {
    add(block) {
      const gone = Math.max(0, kept.length - most)
      const next = new Float32Array(kept.length - gone + block.length)
      next.set(kept.subarray(gone))
      next.set(block, kept.length - gone)
      first += gone
      kept = next
    },
    slice: (start, end) => kept.slice(Math.max(0, start - first), end - first),
  }
}
