import type { Label } from './labels.ts'

/** A graph's numbers as scores: each from 0 to 1 by itself (`apart`), or all of them together one. */
export function shares(logits: Float32Array, apart: boolean): number[] {
  if (apart) return Array.from(logits, logit => 1 / (1 + Math.exp(-logit)))
  const highest = Math.max(...logits)
  const powers = Array.from(logits, logit => Math.exp(logit - highest))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map(power => power / sum)
}

/** Scores of a text by those of its pieces: the highest of each label, and the least of what says that all is fine. */
export function worst(labels: readonly Label[], pieces: readonly (readonly number[])[]): number[] {
  return labels.map(({ kind }, at) => {
    const scores = pieces.map(piece => piece[at] ?? 0)
    return kind === 'fine' ? Math.min(...scores) : Math.max(...scores)
  })
}
