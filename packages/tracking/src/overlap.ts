import type { Bbox } from '@hearth/contract'

/** Shared area by joint area of two boxes: 0 apart, 1 equal. */
export function intersectionOverUnion(a: Bbox, b: Bbox): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  if (width <= 0 || height <= 0) return 0
  const shared = width * height
  const area = (box: Bbox) => (box[2] - box[0]) * (box[3] - box[1])
  return shared / (area(a) + area(b) - shared)
}

/** Non-maximum suppression: the best first, without those that overlap a better one by more than `limit`. */
export function suppress<T extends { bbox: Bbox; score: number }>(found: readonly T[], limit: number): T[] {
  const kept: T[] = []
  for (const candidate of found.toSorted((a, b) => b.score - a.score)) {
    if (kept.every(better => intersectionOverUnion(better.bbox, candidate.bbox) <= limit)) kept.push(candidate)
  }
  return kept
}
