import type { Point } from '@hearth/contract'

/** A rectangle that may stand askew. */
export interface Rectangle {
  centre: Point
  /** Unit vector along the first side; the second is a quarter turn from it. */
  along: Point
  /** Lengths of the first and of the second side. */
  sides: readonly [number, number]
}

const cross = (o: Point, a: Point, b: Point) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])

/** Corners of the smallest convex shape around the points, counterclockwise where y grows upwards. */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
  const half = (order: readonly Point[]) => {
    const chain: Point[] = []
    for (const point of order) {
      for (;;) {
        const [before, last] = chain.slice(-2)
        if (!before || !last || cross(before, last, point) > 0) break
        chain.pop()
      }
      chain.push(point)
    }
    return chain.slice(0, -1)
  }
  const hull = [...half(sorted), ...half(sorted.toReversed())]
  return hull.length > 0 ? hull : sorted.slice(0, 1)
}

/** The rectangle of least area around the points: one of its sides lies on a side of their hull. */
export function minRectangle(points: readonly Point[]): Rectangle {
  const hull = convexHull(points)
  let best: Rectangle | undefined
  for (const [i, from] of hull.entries()) {
    const to = hull[(i + 1) % hull.length] ?? from
    const length = Math.hypot(to[0] - from[0], to[1] - from[1])
    const along: Point = length === 0 ? [1, 0] : [(to[0] - from[0]) / length, (to[1] - from[1]) / length]
    const candidate = boundsAlong(hull, along)
    if (!best || area(candidate) < area(best)) best = candidate
  }
  if (!best) throw new RangeError('a rectangle needs at least one point')
  return best
}

const area = ({ sides }: Rectangle) => sides[0] * sides[1]

function boundsAlong(hull: readonly Point[], along: Point): Rectangle {
  const [x, y] = along
  const first = hull.map(point => point[0] * x + point[1] * y)
  const second = hull.map(point => point[1] * x - point[0] * y)
  const [left, right] = [Math.min(...first), Math.max(...first)]
  const [top, bottom] = [Math.min(...second), Math.max(...second)]
  const [a, b] = [(left + right) / 2, (top + bottom) / 2]
  return { centre: [a * x - b * y, a * y + b * x], along, sides: [right - left, bottom - top] }
}

/**
 * A rectangle with every side moved outwards by so much, in whole pixels: as the polygon library of PaddleOCR does it,
 * which cuts fractions off the corners, rounds the corners of the result and knows only whole numbers.
 */
export function grow(rectangle: Rectangle, by: number): Rectangle {
  const start = Math.atan2(rectangle.along[1], rectangle.along[0])
  const steps = 4 * Math.max(2, Math.ceil(Math.PI / 4 / Math.acos(Math.max(0, 1 - 0.25 / Math.max(by, 0.5)))))
  const points: Point[] = []
  for (const corner of cornersOf(rectangle)) {
    for (let step = 0; step < steps; step++) {
      const angle = start + (step * 2 * Math.PI) / steps
      const [x, y] = [Math.trunc(corner[0]) + by * Math.cos(angle), Math.trunc(corner[1]) + by * Math.sin(angle)]
      points.push([Math.round(x), Math.round(y)])
    }
  }
  return minRectangle(points)
}

/** The four corners: top left, top right, bottom right, bottom left. */
export function cornersOf({ centre, along, sides }: Rectangle): [Point, Point, Point, Point] {
  const [x, y] = along
  const corner = (i: number, j: number): Point => {
    const [a, b] = [(i * sides[0]) / 2, (j * sides[1]) / 2]
    return [centre[0] + a * x - b * y, centre[1] + a * y + b * x]
  }
  return ordered([corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)])
}

/** The two corners on the left and the two on the right, each pair from the top. */
function ordered(corners: readonly Point[]): [Point, Point, Point, Point] {
  const [a, b, c, d] = corners.toSorted((p, q) => p[0] - q[0])
  if (!a || !b || !c || !d) throw new RangeError('four corners are needed')
  const [topLeft, bottomLeft] = a[1] <= b[1] ? [a, b] : [b, a]
  const [topRight, bottomRight] = c[1] <= d[1] ? [c, d] : [d, c]
  return [topLeft, topRight, bottomRight, bottomLeft]
}
