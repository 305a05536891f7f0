import type { Bbox } from '@hearth/contract'
import type { Picture } from '@hearth/media'
import type { Quality } from '../face-fields.ts'
import type { FoundFace } from './face-engine.ts'

const side = 112

/** How good a view of the face the picture is. */
export function faceQuality(picture: Picture, face: FoundFace, live?: number): Quality {
  const grey = greyFace(picture, face.bbox)
  const [x1, y1, x2, y2] = face.bbox
  return {
    size: Math.min(x2 - x1, y2 - y1),
    sharpness: laplacianVariance(grey),
    brightness: grey.reduce((sum, value) => sum + value, 0) / grey.length,
    ...face.pose,
    ...(live === undefined ? {} : { live }),
  }
}

/** The box in grey at 112 x 112. Large faces are averaged, or grain would count as detail; small ones are interpolated. */
function greyFace(picture: Picture, [x1, y1, x2, y2]: Bbox): Float32Array {
  const columns = cells(x1, x2, picture.width)
  const rows = cells(y1, y2, picture.height)
  const { data, width } = picture
  const grey = new Float32Array(side * side)
  for (let row = 0; row < side; row++) {
    const [top, bottom, fy] = rows[row] ?? [0, 0, 0]
    for (let column = 0; column < side; column++) {
      const [left, right, fx] = columns[column] ?? [0, 0, 0]
      let sum = 0
      let weights = 0
      for (let y = top; y <= bottom; y++) {
        const weightY = fy < 0 ? 1 : y === top ? 1 - fy : fy
        for (let x = left; x <= right; x++) {
          const weight = weightY * (fx < 0 ? 1 : x === left ? 1 - fx : fx)
          const at = 3 * (y * width + x)
          sum += weight * (0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0))
          weights += weight
        }
      }
      grey[row * side + column] = weights === 0 ? 0 : sum / weights
    }
  }
  return grey
}

/** For each of 112 cells between two borders: first and last pixel, and the share of the second of two, or -1 to average all. */
function cells(from: number, to: number, size: number): [number, number, number][] {
  const step = (to - from) / side
  const inside = (pixel: number) => Math.min(size - 1, Math.max(0, pixel))
  return Array.from({ length: side }, (_, cell) => {
    if (step >= 2) {
      const first = inside(Math.floor(from + cell * step))
      return [first, Math.max(first, inside(Math.ceil(from + (cell + 1) * step) - 1)), -1]
    }
    const at = Math.min(size - 1, Math.max(0, from + (cell + 0.5) * step - 0.5))
    const first = Math.floor(at)
    return [first, inside(first + 1), first + 1 < size ? at - first : -1]
  })
}

function laplacianVariance(grey: Float32Array): number {
  let sum = 0
  let squares = 0
  for (let y = 1; y < side - 1; y++) {
    for (let x = 1; x < side - 1; x++) {
      const at = y * side + x
      const around = (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - side] ?? 0) + (grey[at + side] ?? 0)
      const value = around - 4 * (grey[at] ?? 0)
      sum += value
      squares += value * value
    }
  }
  const count = (side - 2) ** 2
  return squares / count - (sum / count) ** 2
}
