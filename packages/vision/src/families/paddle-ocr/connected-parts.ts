import type { Point } from '@hearth/contract'

/**
 * Parts of a mask whose marks touch, also by corners, from the bottom up: for each the first and last mark of its
 * rows, which is all that a hull needs.
 *
 * @param mask 0 or 1, rows from the top. Emptied on the way.
 */
export function connectedParts(mask: Uint8Array, width: number, height: number): Point[][] {
  const parts: Point[][] = []
  for (let start = mask.length - 1; start >= 0; start--) {
    if (mask[start] === 1) parts.push(takePart(mask, width, height, start))
  }
  return parts
}

/** Takes one part out of the mask, run by run of a row. */
function takePart(mask: Uint8Array, width: number, height: number, start: number): Point[] {
  const ends: Point[] = []
  const open = [start]
  for (let seed = open.pop(); seed !== undefined; seed = open.pop()) {
    if (mask[seed] !== 1) continue
    const y = Math.floor(seed / width)
    const row = y * width
    let left = seed - row
    let right = left
    while (left > 0 && mask[row + left - 1] === 1) left--
    while (right < width - 1 && mask[row + right + 1] === 1) right++
    mask.fill(0, row + left, row + right + 1)
    ends.push([left, y])
    if (right > left) ends.push([right, y])
    for (const near of [y - 1, y + 1]) {
      if (near < 0 || near >= height) continue
      const from = near * width
      const first = Math.max(0, left - 1)
      for (let x = first; x <= Math.min(width - 1, right + 1); x++) {
        // One seed for each run is enough.
        if (mask[from + x] === 1 && (x === first || mask[from + x - 1] !== 1)) open.push(from + x)
      }
    }
  }
  return ends
}
