import type { Point } from '@hearth/contract'
import type { SeenFace } from './face-view.ts'

/** Faces for tests: what the model would see of a head that acts, and of a flat picture that is held up. */

export interface Acted {
  track?: number
  person?: SeenFace['person']
  /** Of the face on the picture. */
  at?: Point
  size?: number
  /** Degrees. */
  yaw?: number
  pitch?: number
  roll?: number
  eyes?: number
  mouth?: number
}

export const ann = { id: 'ann', name: 'Ann' }

type Solid = readonly [number, number, number]
/** In eye distances, from between the eyes; the third number stands out towards the camera. */
const solid: Record<'left_eye' | 'right_eye' | 'nose' | 'mouth', Solid> = {
  left_eye: [-0.5, 0, 0],
  right_eye: [0.5, 0, 0],
  nose: [0, 0.6, 0.5],
  mouth: [0, 1.05, 0.2],
}

/** A head: turning it moves what stands out against what does not. */
export function actedHead(acted: Acted = {}): SeenFace {
  return seen(acted, project(acted, 1), 0, { eyes: acted.eyes ?? 0.3, mouth: acted.mouth ?? 0.05 })
}

/**
 * A flat picture of a face at rest, and a model that believes all it can: the tilt of the paper is taken for the pose of
 * a head, and openings are measured as they appear.
 */
export function heldPicture(acted: Acted = {}): SeenFace {
  const [width, height] = [Math.cos(radians(acted.yaw ?? 0)), Math.cos(radians(acted.pitch ?? 0))]
  const squash = height / width
  return seen(acted, project(acted, 0), 1, {
    eyes: (acted.eyes ?? 0.3) * squash,
    mouth: (acted.mouth ?? 0.05) * squash,
  })
}

const radians = (degrees: number) => (degrees * Math.PI) / 180

/** @param relief how far a nose stands out: 1 of a head, 0 of a picture. */
function project({ at = [300, 300], size = 200, yaw = 0, pitch = 0, roll = 0 }: Acted, relief: number) {
  const [cy, sy] = [Math.cos(radians(yaw)), Math.sin(radians(yaw))]
  const [cp, sp] = [Math.cos(radians(pitch)), Math.sin(radians(pitch))]
  const [cr, sr] = [Math.cos(radians(roll)), Math.sin(radians(roll))]
  const scale = size * 0.45
  const place = ([x, y, z]: Solid): Point => {
    const depth = z * relief
    const [tx, tz] = [x * cy + depth * sy, depth * cy - x * sy]
    const ty = y * cp - tz * sp
    return [at[0] + scale * (tx * cr - ty * sr), at[1] + scale * (tx * sr + ty * cr)]
  }
  return {
    left_eye: place(solid.left_eye),
    right_eye: place(solid.right_eye),
    nose: place(solid.nose),
    mouth: place(solid.mouth),
  }
}

function seen(
  { track = 1, person = ann, at = [300, 300], size = 200, yaw = 0, pitch = 0, roll = 0 }: Acted,
  landmarks: ReturnType<typeof project>,
  flat: 0 | 1,
  { eyes, mouth }: { eyes: number; mouth: number },
): SeenFace {
  const [w, h] = flat ? [Math.cos(radians(yaw)), Math.cos(radians(pitch))] : [1, 1]
  const half: Point = [(size / 2) * w, (size / 2) * h]
  return {
    bbox: [at[0] - half[0], at[1] - half[1], at[0] + half[0], at[1] + half[1]],
    score: 0.95,
    landmarks,
    quality: { size, sharpness: 300, brightness: 120, yaw, pitch, roll },
    expression: { left_eye_open: eyes, right_eye_open: eyes, mouth_open: mouth },
    track,
    person,
    similarity: person ? 0.8 : null,
    margin: null,
  }
}
