import type { Bbox, Point } from '@hearth/contract'
import type { z } from 'zod'
import type { task } from '../recognise-faces/spec.ts'

/** A face as the kiosk gets it from the stream. */
export type SeenFace = z.output<typeof task.output>['faces'][number]

/** The numbers of one face in one frame that a challenge is judged by. */
export interface FaceView {
  track: number
  bbox: Bbox
  /** Null where nobody is recognised. */
  person: { id: string; name: string } | null
  similarity: number
  /** Degrees; positive looks to the right of the picture, upwards, and is turned clockwise. */
  yaw: number
  pitch: number
  roll: number
  /** Opening of the eyes by their width; the wider of the two, so that both have to shut. */
  eyes: number
  mouth: number
  /**
   * The nose in the frame of reference that eyes and mouth span: [along the line of the eyes, from the eyes down to the
   * mouth]. Whatever is done to a flat picture (moved, turned, tilted, bent back), this stays nearly the same; of a
   * head that turns it does not, because a nose stands out.
   */
  nose: Point
  /** From between the eyes to the nose, by the distance of the eyes. Neither eyelids nor jaw change it. */
  rigid: number
}

/** What is needed of a face; undefined if any of it is missing: what cannot be seen cannot be judged. */
export function faceView(face: SeenFace): FaceView | undefined {
  const { landmarks, expression, quality, track } = face
  const mouth = landmarks.mouth ?? middle(landmarks.mouth_left, landmarks.mouth_right)
  if (track === undefined || expression === undefined || mouth === undefined) return undefined
  const shape = faceShape(landmarks.left_eye, landmarks.right_eye, landmarks.nose, mouth)
  const view: FaceView = {
    track,
    bbox: face.bbox,
    person: face.person,
    similarity: face.similarity ?? 0,
    yaw: quality.yaw,
    pitch: quality.pitch,
    roll: quality.roll,
    eyes: Math.max(expression.left_eye_open, expression.right_eye_open),
    mouth: expression.mouth_open,
    ...shape,
  }
  const { yaw, pitch, roll, eyes, similarity } = view
  const numbers = [...view.bbox, ...view.nose, yaw, pitch, roll, eyes, similarity, view.mouth, view.rigid]
  return numbers.every(Number.isFinite) ? view : undefined
}

function middle(left: Point | undefined, right: Point | undefined): Point | undefined {
  return left && right && [(left[0] + right[0]) / 2, (left[1] + right[1]) / 2]
}

/** Not finite where eyes and mouth stand in one line, which no face has. */
function faceShape(left: Point, right: Point, nose: Point, mouth: Point): Pick<FaceView, 'nose' | 'rigid'> {
  const [x, y] = [(left[0] + right[0]) / 2, (left[1] + right[1]) / 2]
  const across: Point = [right[0] - left[0], right[1] - left[1]]
  const down: Point = [mouth[0] - x, mouth[1] - y]
  const to: Point = [nose[0] - x, nose[1] - y]
  const area = cross(across, down)
  return {
    nose: [cross(to, down) / area, cross(across, to) / area],
    rigid: Math.hypot(...to) / Math.hypot(...across),
  }
}

const cross = (a: Point, b: Point): number => a[0] * b[1] - a[1] * b[0]

/** Pixels: the shorter side. */
export function sizeOf({ bbox: [x1, y1, x2, y2] }: Pick<FaceView, 'bbox'>): number {
  return Math.min(x2 - x1, y2 - y1)
}

/** By how many face sizes a face has moved, and how many times it has grown or shrunk. */
export function jump(from: FaceView, to: FaceView): { moved: number; scaled: number } {
  const [a, b] = [centre(from.bbox), centre(to.bbox)]
  const sizes = [sizeOf(from), sizeOf(to)] as const
  return {
    moved: Math.hypot(a[0] - b[0], a[1] - b[1]) / Math.min(...sizes),
    scaled: Math.max(...sizes) / Math.min(...sizes),
  }
}

function centre([x1, y1, x2, y2]: Bbox): Point {
  return [(x1 + x2) / 2, (y1 + y2) / 2]
}
