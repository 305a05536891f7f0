import type { Point } from '@hearth/contract'

/** Degrees: yaw positive to the right of the picture, pitch upwards, roll clockwise. */
export interface Pose {
  yaw: number
  pitch: number
  roll: number
}

/** x right, y down, z away from the viewer, all in one unit. */
export type Point3 = readonly [number, number, number]

const degrees = (radians: number) => (radians * 180) / Math.PI

/** The pose of a face whose axis between the ears points along `across` (to the viewer's right) and whose chin lies along `down`. */
export function poseOfAxes(across: Point3, down: Point3): Pose {
  const roll = Math.atan2(across[1], across[0])
  return {
    yaw: degrees(Math.atan2(across[2], Math.hypot(across[0], across[1]))),
    pitch: degrees(Math.atan2(-down[2], Math.hypot(down[0], down[1]))),
    roll: degrees(roll),
  }
}

/** Five points of an average head in units of the distance between its pupils, z away from the viewer. */
const head: readonly Point3[] = [
  [-0.5, -0.5, 0.35],
  [0.5, -0.5, 0.35],
  [0, 0.04, -0.1],
  [-0.4, 0.55, 0.3],
  [0.4, 0.55, 0.3],
]

/**
 * The pose from five points in the order left eye, right eye, nose, left and right corner of the mouth (as the viewer
 * sees them): the head that projects to them with the least squares, seen from far away.
 */
export function poseOfPoints(points: readonly Point[]): Pose {
  const middle = (axis: 0 | 1 | 2, of: readonly (readonly number[])[]) =>
    of.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / of.length
  const [hx, hy, hz] = [middle(0, head), middle(1, head), middle(2, head)]
  const [px, py] = [middle(0, points), middle(1, points)]
  const model = head.map(([x, y, z]) => [x - hx, y - hy, z - hz] as const)
  const rows = [points.map(point => point[0] - px), points.map(point => point[1] - py)]
  const [u, v] = rows.map(values => solve(model, values))
  if (!u || !v) return { yaw: 0, pitch: 0, roll: 0 }
  const scale = (Math.hypot(...u) + Math.hypot(...v)) / 2
  if (scale === 0) return { yaw: 0, pitch: 0, roll: 0 }
  // Columns of the rotation: where the head's axes point. Their depth follows from the rows being at right angles.
  const [a, b] = [unit(u), unit(v)]
  const c: Point3 = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
  return poseOfAxes([a[0], b[0], c[0]], [a[1], b[1], c[1]])
}

function unit(vector: Point3): Point3 {
  const length = Math.hypot(...vector) || 1
  return [vector[0] / length, vector[1] / length, vector[2] / length]
}

/** Least squares of `model` x = values for three unknowns, by Cramer's rule on the normal equations. */
function solve(model: readonly Point3[], values: readonly number[]): Point3 {
  const n = (i: 0 | 1 | 2, j: 0 | 1 | 2) => model.reduce((sum, row) => sum + row[i] * row[j], 0)
  const r = (i: 0 | 1 | 2) => model.reduce((sum, row, k) => sum + row[i] * (values[k] ?? 0), 0)
  const [a, b, c, d, e, f] = [n(0, 0), n(0, 1), n(0, 2), n(1, 1), n(1, 2), n(2, 2)]
  const [x, y, z] = [r(0), r(1), r(2)]
  const determinant = a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d)
  return [
    (x * (d * f - e * e) - b * (y * f - e * z) + c * (y * e - d * z)) / determinant,
    (a * (y * f - e * z) - x * (b * f - c * e) + c * (b * z - c * y)) / determinant,
    (a * (d * z - e * y) - b * (b * z - c * y) + x * (b * e - c * d)) / determinant,
  ]
}
