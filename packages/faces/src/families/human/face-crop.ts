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

/** Faces cut out at 256 x 256 (0 to 255) and resized from there, as these models were used with. */
export function cutFaces(picture: Picture, boxes: readonly Bbox[], size: number, scale: number): Float32Array {
  const tensor = new Float32Array(boxes.length * size * size * 3)
  const cut = new Float32Array(side * side * 3)
  const axis = resizeAxis(side, size)
  boxes.forEach((bbox, index) => {
    cutFace(picture, bbox, side, cut, 0, 1)
    sample({ width: side, data: cut }, axis, axis, tensor, index * size * size * 3, scale)
  })
  return tensor
}
