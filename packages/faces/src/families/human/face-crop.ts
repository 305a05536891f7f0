import type { Bbox } from '@hearth/contract'
import type { Picture } from '@hearth/media'
import { cropAxis, resizeAxis, sample } from '../../engine/sampling.ts'

const enlarged = 1.4
/** Side of the crop that the models for a face are fed from. */
const side = 256

/** The square that is cut out around a face: the box made 1.4 times as large and square on its longer side. */
export function cropBox([x1, y1, x2, y2]: Bbox): Bbox {
  const half = (enlarged * Math.max(x2 - x1, y2 - y1)) / 2
  const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2]
  return [Math.round(x - half), Math.round(y - half), Math.round(x + half), Math.round(y + half)]
}

/** The square around a face as size x size x RGB, values * scale, written to `target` from `at` on. */
export function cutFace(
  picture: Picture,
  bbox: Bbox,
  size: number,
  target: Float32Array,
  at: number,
  scale: number,
): void {
  const [x1, y1, x2, y2] = cropBox(bbox)
  sample(picture, cropAxis(picture.width, x1, x2, size), cropAxis(picture.height, y1, y2, size), target, at, scale)
}

/** Numbers of a face cut out by `cutSquare`. */
export const squareLength = side * side * 3

/** A face cut out at 256 x 256 x RGB, 0 to 255, into `square`. */
export function cutSquare(picture: Picture, bbox: Bbox, square: Float32Array): void {
  cutFace(picture, bbox, side, square, 0, 1)
}

/**
 * Cut-out faces, one after the other in `squares`, at size x size, values * scale: these models were used with faces
 * resized from 256.
 */
export function resizeSquares(squares: Float32Array, size: number, scale: number, tensor: Float32Array): void {
  const axis = resizeAxis(side, size)
  for (let face = 0; face < squares.length / squareLength; face++) {
    const data = squares.subarray(face * squareLength, (face + 1) * squareLength)
    sample({ width: side, data }, axis, axis, tensor, face * size * size * 3, scale)
  }
}
