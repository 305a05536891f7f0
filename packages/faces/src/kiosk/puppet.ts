import type { Point } from '@hearth/contract'
import type { Picture } from '@hearth/media'

/** Where eyes and mouth of a photograph are, in its pixels. */
export interface Features {
  left_eye: Point
  right_eye: Point
  nose: Point
  mouth: Point
}

/** What a puppet does: eyes and mouth from 0 (as in the photograph) to 1 (shut, open), the head in degrees. */
export interface Doing {
  blink?: number
  open?: number
  yaw?: number
}

/**
 * A photograph that is made to act, as in a film: eyelids are drawn down, the jaw is pulled down, and the head is turned by
 * moving what stands out further than what does not. It stands in for a visitor, and for a recording of one.
 */
export function puppet(photo: Picture, features: Features, { blink = 0, open = 0, yaw = 0 }: Doing): Picture {
  const { width, height } = photo
  const span = Math.hypot(features.right_eye[0] - features.left_eye[0], features.right_eye[1] - features.left_eye[1])
  const data = new Uint8Array(width * height * 3)
  const turn = Math.tan((yaw * Math.PI) / 180)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const place = jaw(features, span, open, [x + turn * relief(features, span, [x, y]), y])
      const from = place && lids(features, span, blink, place)
      for (let channel = 0; channel < 3; channel += 1) {
        const dark = [40, 14, 14][channel] ?? 0
        data[(y * width + x) * 3 + channel] = from && from !== 'lashes' ? sample(photo, from, channel) : dark
      }
    }
  }
  return { width, height, channels: 3, data }
}

/** How far a place of the face stands out, in pixels: a ball with a nose on it. Moved the other way, as one looks it up. */
function relief({ left_eye, right_eye, nose, mouth }: Features, span: number, [x, y]: Point): number {
  const middle: Point = [(left_eye[0] + right_eye[0] + mouth[0]) / 3, (left_eye[1] + right_eye[1] + mouth[1]) / 3]
  const out = Math.hypot((x - middle[0]) / (1.25 * span), (y - middle[1]) / (1.7 * span))
  const ball = out < 1 ? Math.sqrt(1 - out * out) * 0.9 * span : 0
  const tip = Math.hypot((x - nose[0]) / (0.35 * span), (y - nose[1] + 0.15 * span) / (0.5 * span))
  return -(ball + (tip < 1 ? (1 - tip * tip) * 0.35 * span : 0))
}

/** Below the line of the lips everything is pulled down; between there is the dark of an open mouth. */
function jaw({ mouth }: Features, span: number, open: number, [x, y]: Point): Point | undefined {
  const reach = 1 - Math.min(1, Math.abs(x - mouth[0]) / (0.45 * span))
  const gap = open * 0.55 * span * Math.sqrt(Math.max(0, reach))
  if (y < mouth[1] || gap === 0) return [x, y]
  if (y < mouth[1] + gap) return undefined
  // The chin comes back to its place below.
  const end = mouth[1] + 1.2 * span
  if (y > end) return [x, y]
  return [x, mouth[1] + ((y - mouth[1] - gap) / (end - mouth[1] - gap)) * (end - mouth[1])]
}

/** Skin from above the eye is drawn over it, down to a dark line of lashes: as far as the eye is to be shut. */
function lids({ left_eye, right_eye }: Features, span: number, blink: number, [x, y]: Point): Point | 'lashes' {
  for (const [ex, ey] of [left_eye, right_eye]) {
    const dx = (x - ex) / (0.3 * span)
    if (blink === 0 || Math.abs(dx) >= 1) continue
    const half = 0.15 * span * Math.sqrt(1 - dx * dx)
    const [top, bottom] = [ey - half, ey - half + 2 * half * blink]
    if (y < top || y > bottom + 0.02 * span) continue
    return Math.abs(y - bottom) < 0.025 * span ? 'lashes' : [x, top - 0.05 * span + (y - top) * 0.1]
  }
  return [x, y]
}

function sample({ width, height, data, channels }: Picture, [x, y]: Point, channel: number): number {
  const column = Math.min(width - 1, Math.max(0, Math.round(x)))
  const row = Math.min(height - 1, Math.max(0, Math.round(y)))
  return data[(row * width + column) * channels + channel] ?? 0
}
