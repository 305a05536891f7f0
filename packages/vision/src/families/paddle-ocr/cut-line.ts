import type { Point } from '@hearth/contract'
import type { Picture } from '@hearth/media'

type Quad = readonly [Point, Point, Point, Point]

/** Lines this much higher than wide are read from the side. */
const upright = 1.5

/** The line inside a quadrangle, pulled straight and laid flat: as OpenCV's warpPerspective with bicubic does it. */
export function cutLine(picture: Picture, quad: Quad): Picture {
  const [a, b, c, d] = quad
  const side = (p: Point, q: Point) => Math.hypot(p[0] - q[0], p[1] - q[1])
  const width = Math.max(1, Math.trunc(Math.max(side(a, b), side(c, d))))
  const height = Math.max(1, Math.trunc(Math.max(side(a, d), side(b, c))))
  const straight = warp(picture, quad, width, height)
  return height / width >= upright ? quarterTurn(straight) : straight
}

/** Where a point of the unit square lies in the quadrangle. */
function projection([p0, p1, p2, p3]: Quad): (u: number, v: number) => Point {
  const [dx1, dy1] = [p1[0] - p2[0], p1[1] - p2[1]]
  const [dx2, dy2] = [p3[0] - p2[0], p3[1] - p2[1]]
  const [sx, sy] = [p0[0] - p1[0] + p2[0] - p3[0], p0[1] - p1[1] + p2[1] - p3[1]]
  const det = dx1 * dy2 - dx2 * dy1
  // Corners on one line have no perspective.
  const g = det === 0 ? 0 : (sx * dy2 - sy * dx2) / det
  const h = det === 0 ? 0 : (dx1 * sy - dy1 * sx) / det
  const [ax, ay] = [p1[0] - p0[0] + g * p1[0], p1[1] - p0[1] + g * p1[1]]
  const [bx, by] = [p3[0] - p0[0] + h * p3[0], p3[1] - p0[1] + h * p3[1]]
  return (u, v) => {
    const depth = g * u + h * v + 1
    return [(ax * u + bx * v + p0[0]) / depth, (ay * u + by * v + p0[1]) / depth]
  }
}

/** OpenCV's bicubic kernel at four neighbours, for a position this far behind the second. */
function cubic(share: number, into: Float64Array): void {
  const a = -0.75
  const near = (x: number) => ((a + 2) * x - (a + 3)) * x * x + 1
  const far = (x: number) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
  into[0] = far(share + 1)
  into[1] = near(share)
  into[2] = near(1 - share)
  into[3] = 1 - (into[0] + into[1] + into[2])
}

function warp(picture: Picture, quad: Quad, width: number, height: number): Picture {
  const { channels, data } = picture
  const place = projection(quad)
  const across = new Float64Array(4)
  const down = new Float64Array(4)
  const result = new Uint8Array(width * height * channels)
  const column = (x: number) => Math.min(Math.max(x, 0), picture.width - 1) * channels
  const row = (y: number) => Math.min(Math.max(y, 0), picture.height - 1) * picture.width * channels
  let at = 0
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [px, py] = place(x / width, y / height)
      const [left, top] = [Math.floor(px), Math.floor(py)]
      cubic(px - left, across)
      cubic(py - top, down)
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0
        for (let j = 0; j < 4; j++) {
          const start = row(top + j - 1) + channel
          let line = 0
          for (let i = 0; i < 4; i++) {
            line += (across[i] as number) * (data[start + column(left + i - 1)] as number)
          }
          sum += (down[j] as number) * line
        }
        result[at++] = Math.min(255, Math.max(0, Math.round(sum)))
      }
    }
  }
  return { width, height, channels, data: result }
}

/** Turned a quarter against the clock. */
function quarterTurn({ width, height, channels, data }: Picture): Picture {
  const result = new Uint8Array(data.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels
      const to = ((width - 1 - x) * height + y) * channels
      for (let channel = 0; channel < channels; channel++) result[to + channel] = data[from + channel] as number
    }
  }
  return { width: height, height: width, channels, data: result }
}

/** Stood on its head. */
export function halfTurn({ width, height, channels, data }: Picture): Picture {
  const result = new Uint8Array(data.length)
  const pixels = width * height
  for (let pixel = 0; pixel < pixels; pixel++) {
    const to = (pixels - 1 - pixel) * channels
    for (let channel = 0; channel < channels; channel++) {
      result[to + channel] = data[pixel * channels + channel] as number
    }
  }
  return { width, height, channels, data: result }
}
