import type { Bbox, Point } from '@hearth/contract'
import type { Picture } from '@hearth/media'
import type { Point3 } from '../../engine/pose.ts'
import { warp } from '../../engine/similarity-transform.ts'
import { cropBox } from './face-crop.ts'

/** The models for a face were trained on heads held up: from this many degrees on, the face is turned upright first. */
const tilted = 15
/** Larger faces are scaled down as they are turned; the models look at 256 pixels at most. */
const largest = 512

/** A face in a picture in which it is upright. */
export interface View {
  picture: Picture
  bbox: Bbox
  /** From pixels of that picture to pixels of the one that was given. */
  back(point: Point3): Point3
}

/** How far the line from one eye to the other is turned clockwise, in degrees. */
export function rollOf([left = [0, 0], right = [1, 0]]: readonly Point[]): number {
  return (Math.atan2(right[1] - left[1], right[0] - left[0]) * 180) / Math.PI
}

/** The picture itself where the head is held up, else what is around the face, turned by `roll` degrees. */
export function uprightView(picture: Picture, bbox: Bbox, roll: number): View {
  if (Math.abs(roll) < tilted) return { picture, bbox, back: point => point }
  const [left, top, right] = cropBox(bbox)
  const side = Math.max(1, right - left)
  const size = Math.min(side, largest)
  const scale = size / side
  const [x, y] = [left + side / 2, top + side / 2]
  const radians = (-roll * Math.PI) / 180
  const [a, b] = [Math.cos(radians) * scale, Math.sin(radians) * scale]
  const turned = warp(picture, { a, b, tx: size / 2 - a * x + b * y, ty: size / 2 - b * x - a * y }, size, size)
  const half = ((bbox[2] - bbox[0]) / 2) * scale
  const tall = ((bbox[3] - bbox[1]) / 2) * scale
  const norm = a * a + b * b
  return {
    picture: turned,
    bbox: [size / 2 - half, size / 2 - tall, size / 2 + half, size / 2 + tall],
    back([u, v, depth]) {
      const [dx, dy] = [u - size / 2, v - size / 2]
      return [x + (a * dx + b * dy) / norm, y + (a * dy - b * dx) / norm, depth / scale]
    },
  }
}
