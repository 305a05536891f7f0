/** Numbers as this dialect tells them: confidences to four places, positions in whole pixels. */

export function confidence(score: number): number {
  return Math.round(Math.min(1, Math.max(0, score)) * 1e4) / 1e4
}

export function pixels(numbers: readonly number[]): number[] {
  return numbers.map(value => Math.round(value))
}
