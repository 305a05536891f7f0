import { AppError, type ModelView } from '@hearth/contract'
import { settings } from '@hearth/store'
import { z } from 'zod'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { drawing, drawingModels, modelTitle, requireModel } from './model-titles.ts'

/** A1111 names formats by their files. */
export const formats = { png: 'png', jpg: 'jpeg', jpeg: 'jpeg', webp: 'webp' } as const
const format = z.enum(Object.keys(formats) as (keyof typeof formats)[])

/** What a caller has set. A1111 has one set for everybody; here everybody has their own. */
const stored = z.object({
  model: z.string().optional(),
  format: format.default('png'),
  quality: z.int().min(1).max(100).default(80),
})
export type Options = z.output<typeof stored>

function settingName({ key, owner }: Caller): string {
  return `a1111 options ${key?.id ?? owner}`
}

export async function readOptions(deps: ApiDeps, caller: Caller): Promise<Options> {
  return stored.parse((await settings.get(deps.store, settingName(caller))) ?? {})
}

/** The model that is drawn with: the one that was set, while it is there, else the default. */
export async function currentModel(deps: ApiDeps, options: Options): Promise<ModelView | undefined> {
  const models = await drawingModels(deps)
  const set = models.find(({ id }) => id === options.model)
  return set ?? models.find(({ default_for }) => default_for.includes(drawing)) ?? models[0]
}

/** `GET options`: of A1111's hundreds, those that clients look at. */
export async function shownOptions(deps: ApiDeps, caller: Caller) {
  const options = await readOptions(deps, caller)
  const model = await currentModel(deps, options)
  return {
    sd_model_checkpoint: model === undefined ? null : modelTitle(model),
    sd_checkpoint_hash: model?.digest ?? '',
    samples_format: options.format,
    jpeg_quality: options.quality,
    samples_save: true,
    grid_save: false,
    sd_vae: 'Automatic',
    sd_lora: 'None',
    CLIP_stop_at_last_layers: 1,
    eta_noise_seed_delta: 0,
    enable_pnginfo: true,
    live_previews_enable: true,
    show_progress_every_n_steps: 1,
    upscaler_for_img2img: 'None',
    face_restoration: false,
    token_merging_ratio: 0,
  }
}

const change = z.looseObject({
  sd_model_checkpoint: z.string().nullish(),
  samples_format: z.string().nullish(),
  jpeg_quality: z.number().nullish(),
})

/**
 * `POST options`: clients send back all they got, changed or not; what cannot be set here stays as it is.
 * @throws AppError for a model that is not there
 */
export async function changeOptions(deps: ApiDeps, caller: Caller, body: unknown): Promise<void> {
  const parsed = change.safeParse(body)
  if (!parsed.success) throw new AppError('invalid-input', 'expected an object of options')
  const { sd_model_checkpoint: name, samples_format, jpeg_quality } = parsed.data
  const before = await readOptions(deps, caller)
  const model = name ? requireModel(await drawingModels(deps), name) : before.model
  const next = stored.safeParse({
    ...before,
    ...(model === undefined ? {} : { model }),
    ...(samples_format ? { format: samples_format } : {}),
    ...(jpeg_quality ? { quality: jpeg_quality } : {}),
  })
  if (!next.success) throw new AppError('invalid-input', next.error.issues[0]?.message ?? 'not understood')
  await settings.set(deps.store, settingName(caller), JSON.parse(JSON.stringify(next.data)))
}
