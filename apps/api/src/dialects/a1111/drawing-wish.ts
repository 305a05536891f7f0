import { AppError } from '@hearth/contract'
import { z } from 'zod'

const number = z.preprocess(
  value => (typeof value === 'string' && value.trim() !== '' ? Number(value) : value),
  z.number(),
)
const whole = number.transform(Math.trunc)
const text = z.string()
const flag = z.preprocess(value => (value === 1 ? true : value === 0 ? false : value), z.boolean())
const settings = z.looseObject({
  sd_model_checkpoint: text.optional(),
  samples_format: text.optional(),
  jpeg_quality: number.optional(),
})

/** What txt2img and img2img have in common. A field that is absent takes what suits the model. */
const shared = {
  prompt: text.default(''),
  negative_prompt: text.default(''),
  seed: whole.default(-1),
  sampler_name: text.optional(),
  sampler_index: text.optional(),
  scheduler: text.optional(),
  batch_size: whole.pipe(z.int().min(1).max(64)).default(1),
  n_iter: whole.pipe(z.int().min(1).max(64)).default(1),
  steps: whole.optional(),
  cfg_scale: number.optional(),
  width: whole.optional(),
  height: whole.optional(),
  denoising_strength: number.default(0.75),
  override_settings: settings.default({}),
  override_settings_restore_afterwards: flag.default(true),
  send_images: flag.default(true),
}

export const textWish = z.object({
  ...shared,
  enable_hr: flag.default(false),
  hr_scale: number.pipe(z.number().min(1).max(4)).default(2),
  hr_resize_x: whole.default(0),
  hr_resize_y: whole.default(0),
  hr_second_pass_steps: whole.default(0),
  hr_sampler_name: text.optional(),
  hr_scheduler: text.optional(),
  hr_prompt: text.default(''),
  hr_negative_prompt: text.default(''),
})
export type TextWish = z.output<typeof textWish>

export const pictureWish = z.object({
  ...shared,
  init_images: z.array(text).default([]),
  mask: text.optional(),
  resize_mode: whole.pipe(z.int().min(0).max(3)).default(0),
  mask_blur: number.default(4),
  inpainting_fill: whole.default(0),
  inpaint_full_res: flag.default(true),
  inpaint_full_res_padding: whole.pipe(z.int().min(0).max(1024)).default(0),
  inpainting_mask_invert: whole.default(0),
  include_init_images: flag.default(false),
})
export type PictureWish = z.output<typeof pictureWish>

/** Fields that would change the picture and cannot be met: values with which they do nothing, and what they ask for. */
const unmet: Record<string, { idle: readonly unknown[]; what: string }> = {
  subseed_strength: { idle: [0], what: 'variation seeds' },
  seed_resize_from_h: { idle: [0, -1], what: 'resizing seeds' },
  seed_resize_from_w: { idle: [0, -1], what: 'resizing seeds' },
  restore_faces: { idle: [false], what: 'face restoration' },
  tiling: { idle: [false], what: 'tiling' },
  eta: { idle: [0, 1], what: 'eta' },
  s_churn: { idle: [0], what: 's_churn' },
  s_tmin: { idle: [0], what: 's_tmin' },
  s_tmax: { idle: [0], what: 's_tmax' },
  s_noise: { idle: [1], what: 's_noise' },
  s_min_uncond: { idle: [0], what: 's_min_uncond' },
  initial_noise_multiplier: { idle: [1], what: 'initial_noise_multiplier' },
  firstphase_width: { idle: [0], what: 'a first phase of another size' },
  firstphase_height: { idle: [0], what: 'a first phase of another size' },
  hr_checkpoint_name: { idle: ['', 'Use same checkpoint'], what: 'a second pass with another checkpoint' },
  refiner_checkpoint: { idle: ['', 'None'], what: 'a refiner' },
  latent_mask: { idle: [''], what: 'latent masks' },
}
const unmetSettings: Record<string, { idle: readonly unknown[]; what: string }> = {
  CLIP_stop_at_last_layers: { idle: [1, 0], what: 'clip skip' },
  sd_vae: { idle: ['', 'Automatic', 'None'], what: 'another VAE' },
}

/**
 * Reads a body. Clients send dozens of fields at their defaults: unknown ones are left out (and with them secrets such
 * as SillyTavern's `auth`), those that would change the picture and cannot be met are refused.
 * @throws AppError `invalid-input` naming the field
 */
export function readWish<W extends z.ZodType>(wish: W, body: unknown): z.output<W> {
  const fields = z.record(z.string(), z.unknown()).safeParse(body)
  if (!fields.success) throw refusal([], 'expected a JSON object')
  const said = Object.fromEntries(Object.entries(fields.data).filter(([, value]) => value !== null))
  refuseUnmet(said, unmet)
  refuseScripts(said)
  const parsed = wish.safeParse(said)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw refusal((issue?.path ?? []).map(String), issue?.message ?? 'not understood')
  }
  const settings = z.record(z.string(), z.unknown()).safeParse(said.override_settings ?? {})
  if (!settings.success) throw refusal(['override_settings'], 'expected an object')
  refuseUnmet(settings.data, unmetSettings, 'override_settings')
  return parsed.data
}

function refuseUnmet(fields: Record<string, unknown>, table: typeof unmet, within?: string): void {
  for (const [name, { idle, what }] of Object.entries(table)) {
    const value = fields[name]
    if (value === undefined || value === null || idle.includes(value) || idle.includes(Number(value))) continue
    throw refusal(within === undefined ? [name] : [within, name], `${what} cannot be had here; leave it at its default`)
  }
}

function refuseScripts({ script_name, styles, alwayson_scripts }: Record<string, unknown>): void {
  if (script_name !== undefined && script_name !== '' && script_name !== 'None') {
    throw refusal(['script_name'], `Script '${String(script_name).slice(0, 60)}' not found`)
  }
  if (Array.isArray(styles) && styles.length > 0) throw refusal(['styles'], 'there are no styles here')
  const scripts = z.record(z.string(), z.object({ args: z.array(z.unknown()).default([]) })).safeParse(alwayson_scripts)
  if (!scripts.success) return
  for (const [name, { args }] of Object.entries(scripts.data)) {
    if (isIdle(args)) continue
    throw refusal(['alwayson_scripts'], `always on script ${name.slice(0, 60)} not found`)
  }
}

/** Switched off, as clients send what they know of but do not use. */
function isIdle(args: readonly unknown[]): boolean {
  if (args.length === 0 || args[0] === false) return true
  return args.every(arg => arg !== null && typeof arg === 'object' && 'enabled' in arg && arg.enabled === false)
}

function refusal(path: string[], message: string): AppError {
  return new AppError('invalid-input', `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`, { path })
}
