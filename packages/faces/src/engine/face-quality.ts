import type { Bbox } from '@hearth/contract'
import type { Picture } from '@hearth/media'
import type { Quality } from '../face-fields.ts'
import type { FoundFace } from './face-engine.ts'
import { sample, stretchAxis } from './sampling.ts'

const side = 112

/** How good a view of the face the picture is. */
export function faceQuality(picture: Picture, face: FoundFace, live?: number): Quality {
  const pixels = greyFace(picture, face.bbox)
  const [x1, y1, x2, y2] = face.bbox
  return {
    size: Math.min(x2 - x1, y2 - y1),
    sharpness: laplacianVariance(pixels),
    brightness: pixels.reduce((sum, value) => sum + value, 0) / pixels.length,
    ...face.pose,
    ...(live === undefined ? {} : { live }),
  }
}

const grey = (red: number, green: number, blue: number) => 0.299 * red + 0.587 * green + 0.114 * blue

/** The box in grey at 112 x 112. Large faces are averaged, or grain would count as detail; small ones are interpolated. */
function greyFace(picture: Picture, bbox: Bbox): Float32Array {
  const [x1, y1, x2, y2] = bbox
  return Math.min(x2 - x1, y2 - y1) >= 2 * side ? averaged(picture, bbox) : interpolated(picture, bbox)
}

function interpolated(picture: Picture, [x1, y1, x2, y2]: Bbox): Float32Array {
  const rgb = new Float32Array(3 * side * side)
  sample(picture, stretchAxis(picture.width, x1, x2, side), stretchAxis(picture.height, y1, y2, side), rgb)
  const pixels = new Float32Array(side * side)
  for (let at = 0; at < pixels.length; at++) {
    pixels[at] = grey(rgb[3 * at] ?? 0, rgb[3 * at + 1] ?? 0, rgb[3 * at + 2] ?? 0)
  }
  return pixels
}

function averaged({ data, width, height }: Picture, [x1, y1, x2, y2]: Bbox): Float32Array {
  const sums = new Float32Array(side * side)
  const counts = new Float32Array(side * side)
  const inside = (value: number, size: number) => Math.min(size, Math.max(0, Math.round(value)))
  for (let y = inside(y1, height); y < inside(y2, height); y++) {
    const row = Math.min(side - 1, Math.floor(((y + 0.5 - y1) * side) / (y2 - y1)))
    for (let x = inside(x1, width); x < inside(x2, width); x++) {
      const cell =
        side * Math.max(0, row) + Math.max(0, Math.min(side - 1, Math.floor(((x + 0.5 - x1) * side) / (x2 - x1))))
      const at = 3 * (y * width + x)
      sums[cell] = (sums[cell] ?? 0) + grey(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0)
      counts[cell] = (counts[cell] ?? 0) + 1
    }
  }
  return sums.map((sum, cell) => sum / (counts[cell] || 1))
}

function laplacianVariance(pixels: Float32Array): number {
  let sum = 0
  let squares = 0
  for (let y = 1; y < side - 1; y++) {
    for (let x = 1; x < side - 1; x++) {
      const at = y * side + x
      const around = (pixels[at - 1] ?? 0) + (pixels[at + 1] ?? 0) + (pixels[at - side] ?? 0) + (pixels[at + side] ?? 0)
      const value = around - 4 * (pixels[at] ?? 0)
      sum += value
      squares += value * value
    }
  }
  const count = (side - 2) ** 2
  return squares / count - (sum / count) ** 2
}
