import type { Point } from '@hearth/contract'
import { connectedParts } from './connected-parts.ts'
import { cornersOf, grow, minRectangle, type Rectangle } from './min-rectangle.ts'

export interface TextBox {
  /** From the top left, clockwise, in pixels of the picture. */
  polygon: [Point, Point, Point, Point]
  /** Mean probability inside. */
  score: number
}

/** How likely each place is text. */
export interface ProbabilityMap {
  width: number
  height: number
  data: Float32Array
}

/** From this probability on a place counts as text. */
const certain = 0.3
/** The network marks the inside of text only; boxes are grown by this share of area over perimeter. */
const growth = 1.6
/** Shorter sides are specks, in pixels of the map. */
const leastSide = 3
const mostParts = 1000
/** Boxes that begin within this many pixels of height of each other are read from left to right. */
const sameRow = 10

/**
 * Boxes around the text in a probability map, as PaddleOCR finds them: connected parts, the smallest rectangle around
 * each, its mean probability, grown outwards, in pixels of a picture of the given size. In reading order.
 */
export function findBoxes(map: ProbabilityMap, size: { width: number; height: number }, minScore: number): TextBox[] {
  const across = size.width / map.width
  const down = size.height / map.height
  const inside = (value: number, most: number) => Math.min(Math.max(Math.round(value), 0), most)
  const boxes: TextBox[] = []
  for (const outline of connectedParts(marked(map), map.width, map.height).slice(0, mostParts)) {
    const core = minRectangle(outline)
    if (Math.min(...core.sides) < leastSide) continue
    const score = meanInside(map, core)
    if (score < minScore) continue
    const [length, breadth] = core.sides
    const whole = grow(core, (length * breadth * growth) / (2 * (length + breadth)))
    if (Math.min(...whole.sides) < leastSide + 2) continue
    const place = ([x, y]: Point): Point => [inside(x * across, size.width - 1), inside(y * down, size.height - 1)]
    const [a, b, c, d] = cornersOf(whole)
    const polygon: TextBox['polygon'] = [place(a), place(b), place(c), place(d)]
    if (distance(polygon[0], polygon[1]) < 4 || distance(polygon[0], polygon[3]) < 4) continue
    boxes.push({ polygon, score })
  }
  return inReadingOrder(boxes)
}

const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1])

/** 1 where there is text, widened by a pixel to the right and down so that parts of a letter hang together. */
function marked({ width, height, data }: ProbabilityMap): Uint8Array {
  const mask = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((data[y * width + x] as number) <= certain) continue
      const [right, below] = [x + 1 < width, y + 1 < height]
      mask[y * width + x] = 1
      if (right) mask[y * width + x + 1] = 1
      if (below) mask[(y + 1) * width + x] = 1
      if (right && below) mask[(y + 1) * width + x + 1] = 1
    }
  }
  return mask
}

/** Mean of the map inside a rectangle, its edge included. */
function meanInside({ width, height, data }: ProbabilityMap, rectangle: Rectangle): number {
  const corners = cornersOf(rectangle).map(([x, y]): Point => [Math.trunc(x), Math.trunc(y)])
  const ys = corners.map(([, y]) => y)
  const [top, bottom] = [Math.max(0, Math.min(...ys)), Math.min(height - 1, Math.max(...ys))]
  let sum = 0
  let count = 0
  for (let y = top; y <= bottom; y++) {
    const [left, right] = rowOf(corners, y)
    for (let x = Math.max(0, left); x <= Math.min(width - 1, right); x++) {
      sum += data[y * width + x] as number
      count++
    }
  }
  return count === 0 ? 0 : sum / count
}

/** First and last pixel of a convex shape in one row: where its edges pass through the height of the pixel. */
function rowOf(corners: readonly Point[], y: number): [number, number] {
  let left = Number.POSITIVE_INFINITY
  let right = Number.NEGATIVE_INFINITY
  for (const [i, a] of corners.entries()) {
    const b = corners[(i + 1) % corners.length] ?? a
    const [low, high] = a[1] <= b[1] ? [a, b] : [b, a]
    if (y < low[1] || y > high[1]) continue
    const rise = high[1] - low[1]
    const slope = rise === 0 ? 0 : (high[0] - low[0]) / rise
    const at = (height: number) => (rise === 0 ? [low[0], high[0]] : [low[0] + slope * (height - low[1])])
    // A flat edge covers several pixels of the row.
    const ends = [...at(Math.max(low[1], y - 0.5)), ...at(Math.min(high[1], y + 0.5)), ...at(y)]
    left = Math.min(left, ...ends.map(Math.round))
    right = Math.max(right, ...ends.map(Math.round))
  }
  return [left, right]
}

function inReadingOrder(boxes: readonly TextBox[]): TextBox[] {
  const byHeight = boxes.toSorted((a, b) => a.polygon[0][1] - b.polygon[0][1])
  const rows: TextBox[][] = []
  let last = Number.NEGATIVE_INFINITY
  for (const box of byHeight) {
    const top = box.polygon[0][1]
    if (top - last >= sameRow) rows.push([])
    rows.at(-1)?.push(box)
    last = top
  }
  return rows.flatMap(row => row.toSorted((a, b) => a.polygon[0][0] - b.polygon[0][0]))
}
