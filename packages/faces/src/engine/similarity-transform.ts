import type { Point } from '@hearth/contract'
import type { Picture } from '@hearth/media'

/** x' = a x - b y + tx, y' = b x + a y + ty: turn, scale and shift without a mirror. */
export interface Similarity {
  a: number
  b: number
  tx: number
  ty: number
}

/** The similarity that takes the points nearest to the targets (least squares: what Umeyama's method gives in the plane). */
export function estimateSimilarity(points: readonly Point[], targets: readonly Point[]): Similarity {
  const count = points.length
  const mean = (list: readonly Point[], axis: 0 | 1) => list.reduce((sum, point) => sum + point[axis], 0) / count
  const [px, py, qx, qy] = [mean(points, 0), mean(points, 1), mean(targets, 0), mean(targets, 1)]
  let along = 0
  let across = 0
  let spread = 0
  points.forEach((point, index) => {
    const target = targets[index] ?? point
    const [x, y, u, v] = [point[0] - px, point[1] - py, target[0] - qx, target[1] - qy]
    along += x * u + y * v
    across += x * v - y * u
    spread += x * x + y * y
  })
  const a = spread === 0 ? 1 : along / spread
  const b = spread === 0 ? 0 : across / spread
  return { a, b, tx: qx - a * px + b * py, ty: qy - b * px - a * py }
}

/**
 * The picture after the transform, `width` x `height`, as OpenCV's warpAffine with INTER_LINEAR makes it: bilinear,
 * black outside, rounded to whole levels.
 */
export function warp(picture: Picture, transform: Similarity, width: number, height: number): Picture {
  const { a, b, tx, ty } = transform
  const norm = a * a + b * b
  const [ia, ib] = [a / norm, -b / norm]
  const [ix, iy] = [-(ia * tx - ib * ty), -(ib * tx + ia * ty)]
  const data = new Uint8Array(3 * width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      blend(picture, ia * x - ib * y + ix, ib * x + ia * y + iy, data, 3 * (y * width + x))
    }
  }
  return { width, height, channels: 3, data }
}

function blend({ width, height, data }: Picture, x: number, y: number, target: Uint8Array, at: number): void {
  const left = Math.floor(x)
  const top = Math.floor(y)
  if (left < -1 || top < -1 || left >= width || top >= height) return
  const fx = x - left
  const fy = y - top
  const hasLeft = left >= 0
  const hasRight = left + 1 < width
  const hasTop = top >= 0
  const hasBottom = top + 1 < height
  const start = 3 * (top * width + left)
  const below = start + 3 * width
  for (let channel = 0; channel < 3; channel++) {
    const a = hasTop && hasLeft ? (data[start + channel] ?? 0) : 0
    const b = hasTop && hasRight ? (data[start + 3 + channel] ?? 0) : 0
    const c = hasBottom && hasLeft ? (data[below + channel] ?? 0) : 0
    const d = hasBottom && hasRight ? (data[below + 3 + channel] ?? 0) : 0
    const upper = a + (b - a) * fx
    target[at + channel] = Math.round(upper + (c + (d - c) * fx - upper) * fy)
  }
}
