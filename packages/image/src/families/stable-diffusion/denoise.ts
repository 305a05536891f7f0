import type { Schedule } from '../../samplers/sampler.ts'
import type { Conditions, LatentShape, Unet } from './unet.ts'

/** What keeps part of a picture as it is. */
export interface Inpainting {
  /** height x width, 1 where the picture is drawn anew. */
  mask: Float32Array
  /** channels x height x width latents of the picture. */
  original: Float32Array
  /** For denoisers trained to inpaint: latents of the picture with the masked part blank. */
  blanked: Float32Array | undefined
}

export interface DenoiseOptions {
  unet: Unet
  schedule: Schedule
  shape: LatentShape
  /** pictures x channels x height x width, as noisy as the schedule's first step. */
  latents: Float32Array
  /** Noise that `latents` was made with, kept under the mask. */
  startNoise: Float32Array
  conditions: Conditions
  /** Two passes, negative and positive, mixed by `guidance`. */
  guided: boolean
  guidance: number
  inpainting: Inpainting | undefined
  /** Fresh noise for step i, if the schedule wants some. */
  noise(i: number): Float32Array
  /** After each step, with the finished pictures as far as can be told. */
  onStep(i: number, denoised: Float32Array): Promise<void>
}

/** Runs a schedule from noise to clean latents. */
export async function denoise(options: DenoiseOptions): Promise<Float32Array> {
  const { schedule, inpainting, shape } = options
  let { latents } = options
  let state: Parameters<Schedule['step']>[0]
  for (let i = 0; i < schedule.timesteps.length; i++) {
    const output = await predict(options, latents, i)
    const next = schedule.step(state, i, latents, output, schedule.noisePerStep ? options.noise(i) : undefined)
    state = next.state
    latents = next.sample
    if (inpainting && !inpainting.blanked) latents = keepUnmasked(latents, inpainting, options, i + 1, shape)
    await options.onStep(i, next.denoised)
  }
  return latents
}

async function predict(options: DenoiseOptions, latents: Float32Array, i: number): Promise<Float32Array> {
  const { unet, schedule, shape, guided, guidance, conditions } = options
  const input = withMask(schedule.scaleInput(latents, i), options)
  const time = schedule.timesteps[i] ?? 0
  const channels = input.length / (shape.pictures * shape.height * shape.width)
  if (!guided) return unet.predict(input, { ...shape, channels }, time, conditions)
  const twice = new Float32Array(2 * input.length)
  twice.set(input)
  twice.set(input, input.length)
  const both = await unet.predict(twice, { ...shape, channels, pictures: 2 * shape.pictures }, time, conditions)
  const half = both.length / 2
  const mixed = new Float32Array(half)
  for (let k = 0; k < half; k++) {
    const negative = both[k] ?? 0
    mixed[k] = negative + guidance * ((both[half + k] ?? 0) - negative)
  }
  return mixed
}

/** For denoisers trained to inpaint: latents, mask and the blanked picture, one behind the other for each picture. */
function withMask(latents: Float32Array, { inpainting, shape }: DenoiseOptions): Float32Array {
  if (!inpainting?.blanked) return latents
  const own = latents.length / shape.pictures
  const rows = own + inpainting.mask.length + inpainting.blanked.length
  const all = new Float32Array(shape.pictures * rows)
  for (let picture = 0; picture < shape.pictures; picture++) {
    all.set(latents.subarray(picture * own, (picture + 1) * own), picture * rows)
    all.set(inpainting.mask, picture * rows + own)
    all.set(inpainting.blanked, picture * rows + own + inpainting.mask.length)
  }
  return all
}

/** Puts the original, as noisy as step `i` starts, back where the mask is black. */
function keepUnmasked(
  latents: Float32Array,
  { mask, original }: Inpainting,
  { schedule, startNoise }: DenoiseOptions,
  i: number,
  shape: LatentShape,
): Float32Array {
  const size = original.length
  const kept = new Float32Array(latents.length)
  for (let picture = 0; picture < shape.pictures; picture++) {
    const noise = startNoise.subarray(picture * size, (picture + 1) * size)
    const noisy = i < schedule.timesteps.length ? schedule.addNoise(original, noise, i) : original
    for (let k = 0; k < size; k++) {
      const share = mask[k % mask.length] ?? 1
      kept[picture * size + k] = share * (latents[picture * size + k] ?? 0) + (1 - share) * (noisy[k] ?? 0)
    }
  }
  return kept
}
