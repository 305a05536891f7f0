import type { Bbox } from '@hearth/contract'

const area = (box: Bbox) => (box[2] - box[0]) * (box[3] - box[1])

function intersection(a: Bbox, b: Bbox): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1])
  return width <= 0 || height <= 0 ? 0 : width * height
}

/** Shared area by joint area of two boxes: 0 apart, 1 equal. */
export function intersectionOverUnion(a: Bbox, b: Bbox): number {
  const shared = intersection(a, b)
  return shared === 0 ? 0 : shared / (area(a) + area(b) - shared)
}

/** Shared area by the area of the smaller box: 1 where one lies inside the other. */
export function intersectionOverSmaller(a: Bbox, b: Bbox): number {
  const shared = intersection(a, b)
  return shared === 0 ? 0 : shared / Math.min(area(a), area(b))
}

/** Non-maximum suppression: the best first, without those that overlap a better one by more than `limit`. */
export function suppress<T extends { bbox: Bbox; score: number }>(found: readonly T[], limit: number): T[] {
  const kept: T[] = []
  for (const candidate of found.toSorted((a, b) => b.score - a.score)) {
    if (kept.every(better => intersectionOverUnion(better.bbox, candidate.bbox) <= limit)) kept.push(candidate)
  }
  return kept
}
