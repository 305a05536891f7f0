/** Length of the vectors. */
export const dimensions = 512

/** The same numbers in every run. */
export function randomNormal(seed: number): () => number {
  let state = seed
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 1) / 2 ** 32
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}

/** A unit vector. */
export function direction(normal: () => number): Float32Array {
  return unit(Float32Array.from({ length: dimensions }, normal))
}

/** A unit vector with about this cosine to the other. */
export function alike(vector: Float32Array, cosine: number, normal: () => number): Float32Array {
  const aside = direction(normal)
  const side = Math.sqrt(1 - cosine * cosine)
  return unit(vector.map((value, k) => cosine * value + side * (aside[k] as number)))
}

function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0))
  return vector.map(value => value / length)
}
