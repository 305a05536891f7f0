import type { Bbox } from '@hearth/contract'
import { intersectionOverUnion } from './overlap.ts'

/** Position and speed of one coordinate with their covariance. */
interface Coordinate {
  value: number
  speed: number
  varValue: number
  varSpeed: number
  covariance: number
}

/** A box that moves at constant velocity: centre and size, each coordinate with a Kalman filter of its own. */
export interface Motion {
  x: Coordinate
  y: Coordinate
  width: Coordinate
  height: Coordinate
}

// All in sizes of the box (and seconds): the same for a face far away and a lorry close by.
// Chosen on 24 scenes as scripts/golden/byte_track.py makes them, other than those that the test looks at.
const measured = 0.03
const firstSpeed = 2
const acceleration = 8
const firstGrowth = 0.5
const growth = 1
/** Of a sighting that fits not at all. */
const leastTrust = 0.4

function coordinate(value: number, noise: number, speedNoise: number): Coordinate {
  return { value, speed: 0, varValue: noise * noise, varSpeed: speedNoise * speedNoise, covariance: 0 }
}

const centreOf = (box: Bbox): [x: number, y: number, width: number, height: number] => [
  (box[0] + box[2]) / 2,
  (box[1] + box[3]) / 2,
  Math.max(1e-6, box[2] - box[0]),
  Math.max(1e-6, box[3] - box[1]),
]

/** Motion of a box seen for the first time: at rest, as far as is known. */
export function startMotion(box: Bbox): Motion {
  const [x, y, width, height] = centreOf(box)
  const size = Math.sqrt(width * height)
  return {
    x: coordinate(x, measured * size, firstSpeed * size),
    y: coordinate(y, measured * size, firstSpeed * size),
    width: coordinate(width, measured * size, firstGrowth * size),
    height: coordinate(height, measured * size, firstGrowth * size),
  }
}

const sizeOf = (motion: Motion) => Math.sqrt(Math.max(1e-12, motion.width.value * motion.height.value))

function advance(c: Coordinate, seconds: number, noise: number): void {
  const q = noise * noise
  c.value += c.speed * seconds
  c.varValue += 2 * seconds * c.covariance + seconds * seconds * c.varSpeed + (q * seconds ** 4) / 4
  c.covariance += seconds * c.varSpeed + (q * seconds ** 3) / 2
  c.varSpeed += q * seconds * seconds
}

function correct(c: Coordinate, value: number, noise: number): void {
  const total = c.varValue + noise * noise
  const gain = c.varValue / total
  const speedGain = c.covariance / total
  const surprise = value - c.value
  c.value += gain * surprise
  c.speed += speedGain * surprise
  c.varSpeed -= speedGain * c.covariance
  c.covariance *= 1 - gain
  c.varValue *= 1 - gain
}

/** Moves on by some seconds without having seen anything. */
export function predict(motion: Motion, seconds: number): void {
  if (seconds <= 0) return
  const size = sizeOf(motion)
  advance(motion.x, seconds, acceleration * size)
  advance(motion.y, seconds, acceleration * size)
  for (const side of [motion.width, motion.height]) {
    const before = side.value
    advance(side, seconds, growth * size)
    // A box that shrinks by extrapolation must stay a box.
    side.value = Math.max(side.value, before * 0.5)
  }
}

/**
 * Takes in where the box was really seen. A sighting far from what was expected is believed less: most often the thing
 * is half hidden, and its middle and size are not where they seem to be.
 */
export function observe(motion: Motion, box: Bbox): void {
  const [x, y, width, height] = centreOf(box)
  const fit = Math.max(leastTrust, intersectionOverUnion(boxOf(motion), box))
  const noise = (measured * sizeOf(motion)) / fit
  correct(motion.x, x, noise)
  correct(motion.y, y, noise)
  correct(motion.width, width, noise)
  correct(motion.height, height, noise)
}

/** Out of sight the size stays as it is: half-hidden boxes would otherwise grow or shrink without end. */
export function holdSize(motion: Motion): void {
  for (const side of [motion.width, motion.height]) {
    side.speed = 0
    side.covariance = 0
  }
}

/** Where the box is thought to be. */
export function boxOf(motion: Motion): Bbox {
  const halfWidth = motion.width.value / 2
  const halfHeight = motion.height.value / 2
  const { x, y } = motion
  return [x.value - halfWidth, y.value - halfHeight, x.value + halfWidth, y.value + halfHeight]
}
