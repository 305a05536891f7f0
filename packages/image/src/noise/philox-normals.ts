import { AppError } from '@hearth/contract'

const multiplier0 = 0xd2511f53
const multiplier1 = 0xcd9e8d57
const weyl0 = 0x9e3779b9
const weyl1 = 0xbb67ae85
const rounds = 10

const multiplier0Low = multiplier0 & 0xffff
const multiplier0High = multiplier0 >>> 16
const multiplier1Low = multiplier1 & 0xffff
const multiplier1High = multiplier1 >>> 16

/** Upper half of the 64-bit product of two unsigned words, the first one given as its 16-bit halves. */
function productHigh(aHigh: number, aLow: number, b: number): number {
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0
  const carry = (Math.imul(aLow, bHigh) + (middle & 0xffff)) | 0
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0
}

/**
 * `count` normal deviates as torch's CUDA generator makes them (Philox4x32-10 and Box-Muller), so that a seed gives
 * the picture it gives elsewhere.
 *
 * @param seed a whole number from 0 to 2^53 - 1
 * @param offset how many tensors the generator has drawn before: 0 for the first latents, one more for each further draw
 * @throws `invalid-input` for a seed or offset that is not such a number
 */
export function philoxNormals(seed: number, offset: number, count: number): Float32Array<ArrayBuffer> {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new AppError('invalid-input', `a seed is a whole number from 0 to 2^53 - 1, not ${seed}`, { path: ['seed'] })
  }
  if (!Number.isInteger(offset) || offset < 0 || offset > 0xffffffff) {
    throw new AppError('internal', `a noise offset is a whole number from 0 to 2^32 - 1, not ${offset}`)
  }
  const normals = new Float32Array(count)
  const seedLow = seed | 0
  const seedHigh = Math.floor(seed / 0x100000000) | 0
  for (let index = 0; index < count; index++) {
    let c0 = offset | 0
    let c1 = 0
    let c2 = index | 0
    let c3 = 0
    let k0 = seedLow
    let k1 = seedHigh
    for (let round = 0; round < rounds; round++) {
      const high0 = productHigh(multiplier0High, multiplier0Low, c0)
      const high1 = productHigh(multiplier1High, multiplier1Low, c2)
      const low0 = Math.imul(multiplier0, c0)
      const low1 = Math.imul(multiplier1, c2)
      c0 = high1 ^ c1 ^ k0
      c1 = low1
      c2 = high0 ^ c3 ^ k1
      c3 = low0
      k0 = (k0 + weyl0) | 0
      k1 = (k1 + weyl1) | 0
    }
    const radius = Math.sqrt(-2 * Math.log(((c0 >>> 0) + 0.5) / 0x100000000))
    normals[index] = radius * Math.sin((((c1 >>> 0) + 0.5) / 0x100000000) * 2 * Math.PI)
  }
  return normals
}

/**
 * Noise of a batch, picture after picture. Picture k is drawn with `seed + k`, so that it can be drawn again alone.
 *
 * @param count deviates of one picture
 */
export function batchNormals(seed: number, offset: number, pictures: number, count: number): Float32Array<ArrayBuffer> {
  const noise = new Float32Array(pictures * count)
  for (let k = 0; k < pictures; k++) noise.set(philoxNormals(seed + k, offset, count), k * count)
  return noise
}
