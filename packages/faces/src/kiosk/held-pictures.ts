import type { Picture } from '@hearth/media'

/**
 * Frames of a camera for tests: a flat photograph that somebody holds up, or a small screen that shows it. Nothing here
 * can act; it is what a challenge has to tell from a visitor.
 */

/** How a flat thing stands before the camera. Angles in degrees, the place as parts of the frame. */
export interface Pose {
  yaw?: number
  pitch?: number
  roll?: number
  x?: number
  y?: number
  /** Size of the photograph by that at rest. */
  scale?: number
}

export interface Shown {
  pose: Pose
  /** Shown by a screen: a dark frame, stripes of its raster, and light that changes. */
  screen?: { flicker: number }
}

const radians = (degrees: number) => (degrees * Math.PI) / 180
/** Distance of the eye of the camera, in halves of the photograph's side. */
const distance = 5

/** One frame of `width` x `height` with the photograph in it, seen in perspective. */
export function frameOf(photo: Picture, { pose, screen }: Shown, width = 480, height = 480): Picture {
  const { yaw = 0, pitch = 0, roll = 0, x = 0, y = 0, scale = 1 } = pose
  const data = new Uint8Array(width * height * 3)
  const [cy, sy] = [Math.cos(radians(yaw)), Math.sin(radians(yaw))]
  const [cp, sp] = [Math.cos(radians(pitch)), Math.sin(radians(pitch))]
  const [cr, sr] = [Math.cos(radians(roll)), Math.sin(radians(roll))]
  const half = 0.46 * Math.min(width, height) * scale
  // Axes of the photograph's plane in the room, z away from the camera.
  // Roll in its plane, pitch about x, then yaw about y.
  const turn = (a: number, b: number): number[] => {
    const [px, py] = [a * cr - b * sr, a * sr + b * cr]
    return [px * cy - py * sp * sy, py * cp, px * sy + py * sp * cy]
  }
  const [u, v] = [turn(1, 0), turn(0, 1)]
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const [dx, dy] = [(column + 0.5 - width * (0.5 + x)) / half, (row + 0.5 - height * (0.5 + y)) / half]
      const place = onPlane(dx / distance, dy / distance, u, v)
      paint(data, (row * width + column) * 3, photo, place, screen && { ...screen, row, column })
    }
  }
  return { width, height, channels: 3, data }
}

/** Where the ray (dx, dy, 1) meets the plane u a + v b + (0, 0, distance): [a, b]. */
function onPlane(dx: number, dy: number, u: number[], v: number[]): [number, number] {
  const [ux = 0, uy = 0, uz = 0] = u
  const [vx = 0, vy = 0, vz = 0] = v
  // a ux + b vx = dx (a uz + b vz + distance), the same with dy.
  const [m, n, p, q] = [ux - dx * uz, vx - dx * vz, uy - dy * uz, vy - dy * vz]
  const determinant = m * q - n * p
  return [(distance * (dx * q - dy * n)) / determinant, (distance * (dy * m - dx * p)) / determinant]
}

function paint(
  data: Uint8Array,
  at: number,
  photo: Picture,
  [a, b]: [number, number],
  screen: { flicker: number; row: number; column: number } | undefined,
): void {
  const inside = Math.abs(a) < 1 && Math.abs(b) < 1
  const bezel = screen !== undefined && Math.abs(a) < 1.08 && Math.abs(b) < 1.08
  for (let channel = 0; channel < 3; channel += 1) {
    let value = bezel ? 20 : 150 + 20 * Math.sin(at / 9000)
    if (inside) {
      value = bilinear(photo, ((a + 1) / 2) * photo.width - 0.5, ((b + 1) / 2) * photo.height - 0.5, channel)
      if (screen)
        value = value * (1 + screen.flicker) * (0.94 + 0.06 * Math.sin(screen.row * 1.9 + screen.column * 0.3))
    }
    data[at + channel] = Math.min(255, Math.max(0, Math.round(value)))
  }
}

function bilinear({ width, height, data, channels }: Picture, x: number, y: number, channel: number): number {
  const [x0, y0] = [Math.floor(x), Math.floor(y)]
  const [fx, fy] = [x - x0, y - y0]
  const pixel = (px: number, py: number) =>
    data[(Math.min(height - 1, Math.max(0, py)) * width + Math.min(width - 1, Math.max(0, px))) * channels + channel] ??
    0
  const top = pixel(x0, y0) * (1 - fx) + pixel(x0 + 1, y0) * fx
  const bottom = pixel(x0, y0 + 1) * (1 - fx) + pixel(x0 + 1, y0 + 1) * fx
  return top * (1 - fy) + bottom * fy
}
