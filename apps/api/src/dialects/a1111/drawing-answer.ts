import type { ApiDeps } from '../../deps.ts'
import type { Drawing } from './draw.ts'
import { drawingInfo } from './drawing-info.ts'
import type { PictureWish, TextWish } from './drawing-wish.ts'
import { drawingModels, shortHash } from './model-titles.ts'

/** The answer of txt2img and img2img. `parameters` repeats what was understood of the request, secrets not among it. */
export async function drawingAnswer(deps: ApiDeps, wish: TextWish | PictureWish, drawing: Drawing) {
  const model = (await drawingModels(deps)).find(({ id }) => id === drawing.model)
  return {
    images: wish.send_images ? drawing.drawn.map(({ bytes }) => Buffer.from(bytes).toString('base64')) : [],
    parameters: repeated(wish),
    info: drawingInfo({
      drawn: drawing.drawn,
      parameters: drawing.parameters ?? asked(wish),
      model: { id: drawing.model ?? '', hash: model === undefined ? null : shortHash(model) },
      batchSize: wish.batch_size,
      extra: extraOf(wish),
      version: deps.config.version,
      at: new Date(),
    }),
  }
}

function repeated(wish: TextWish | PictureWish): Record<string, unknown> {
  if (!('init_images' in wish) || wish.include_init_images) return wish
  const { init_images, mask, ...rest } = wish
  return { ...rest, init_images: null, mask: null }
}

/** Where an interrupt came before the first picture: what it would have been, as far as the request says. */
function asked(wish: TextWish | PictureWish) {
  return {
    prompt: wish.prompt,
    negative_prompt: wish.negative_prompt,
    width: wish.width ?? 0,
    height: wish.height ?? 0,
    steps: wish.steps ?? 0,
    guidance_scale: wish.cfg_scale ?? 0,
    sampler: wish.sampler_name || wish.sampler_index || '',
  }
}

function extraOf(wish: TextWish | PictureWish): Record<string, string | number> {
  if ('enable_hr' in wish) {
    return wish.enable_hr ? { 'Hires upscale': wish.hr_scale, 'Hires upscaler': 'Lanczos' } : {}
  }
  return wish.mask ? { 'Mask blur': wish.mask_blur } : {}
}
