import type { PictureWish, TextWish } from './drawing-wish.ts'
import { samplerOf } from './sampler-names.ts'

/** One job: its task and input. */
export interface Pass {
  task: 'text-to-image' | 'image-to-image'
  input: Record<string, unknown>
}

/** What is asked for, settled as far as it does not depend on pictures. */
export interface Common {
  /** Ids of the samplers that there are. */
  samplers: readonly string[]
  /** In place of -1. */
  seed: number
  format: 'png' | 'jpeg' | 'webp'
  quality: number
}

/** Most pictures of one job. */
const most = 8

/** A1111 counts pictures in batches of batches; one job draws up to eight, the next goes on with the seeds. */
export function batches(wish: { batch_size: number; n_iter: number }): { n: number; offset: number }[] {
  const all = wish.batch_size * wish.n_iter
  return Array.from({ length: Math.ceil(all / most) }, (_, i) => ({
    n: Math.min(most, all - i * most),
    offset: i * most,
  }))
}

/** Fields of both tasks. Sides are cut to multiples of 8, as A1111 does. */
export function sharedInput(wish: TextWish | PictureWish, common: Common): Record<string, unknown> {
  const input = {
    prompt: wish.prompt,
    negative_prompt: wish.negative_prompt,
    width: side(wish.width),
    height: side(wish.height),
    steps: wish.steps,
    guidance_scale: wish.cfg_scale,
    sampler: samplerFor(wish, common.samplers),
    format: common.format,
    quality: common.quality,
  }
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
}

/** The first pass of txt2img. */
export function textPasses(wish: TextWish, common: Common): Pass[] {
  const input = sharedInput(wish, common)
  // Between the passes of a second one nothing may be lost.
  const format = wish.enable_hr ? 'png' : common.format
  return batches(wish).map(({ n, offset }) => ({
    task: 'text-to-image',
    input: { ...input, format, n, seed: common.seed + offset },
  }))
}

/** The second pass of txt2img, over one picture of the first. @param image a reference to it */
export function enlargingPass(
  wish: TextWish,
  common: Common,
  drawn: { image: string; seed: number; width: number; height: number },
): Pass {
  const sampler = wish.hr_sampler_name || wish.hr_scheduler ? hrSampler(wish, common.samplers) : undefined
  return {
    task: 'image-to-image',
    input: {
      ...sharedInput(wish, common),
      ...(sampler === undefined ? {} : { sampler }),
      ...(wish.hr_second_pass_steps > 0 ? { steps: wish.hr_second_pass_steps } : {}),
      prompt: wish.hr_prompt || wish.prompt,
      negative_prompt: wish.hr_negative_prompt || wish.negative_prompt,
      image: drawn.image,
      seed: drawn.seed,
      strength: wish.denoising_strength,
      n: 1,
      ...enlargedSize(wish, drawn),
    },
  }
}

/** As A1111: a size that is given, one side of it kept to the proportions, else the scale. */
export function enlargedSize(
  { hr_resize_x: x, hr_resize_y: y, hr_scale }: Pick<TextWish, 'hr_resize_x' | 'hr_resize_y' | 'hr_scale'>,
  { width, height }: { width: number; height: number },
): { width: number; height: number } {
  const scale = x > 0 ? x / width : y > 0 ? y / height : hr_scale
  const wide = x > 0 && y > 0 ? x : width * scale
  const high = x > 0 && y > 0 ? y : height * scale
  return { width: side(wide) ?? 0, height: side(high) ?? 0 }
}

function side(pixels: number | undefined): number | undefined {
  return pixels === undefined ? undefined : Math.floor(pixels / 8) * 8
}

function samplerFor(wish: TextWish | PictureWish, samplers: readonly string[]): string | undefined {
  const name = wish.sampler_name || wish.sampler_index
  return name ? samplerOf(samplers, name, wish.scheduler) : undefined
}

function hrSampler(wish: TextWish, samplers: readonly string[]): string | undefined {
  const same = (word: string | undefined) => !word || /^use same/i.test(word)
  if (same(wish.hr_sampler_name) && same(wish.hr_scheduler)) return undefined
  const name = same(wish.hr_sampler_name) ? wish.sampler_name || wish.sampler_index : wish.hr_sampler_name
  return name ? samplerOf(samplers, name, same(wish.hr_scheduler) ? wish.scheduler : wish.hr_scheduler) : undefined
}
