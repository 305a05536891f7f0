import { AppError } from '@hearth/contract'
import { decodePicture, encodePicture, inspectPicture, readParametersText, resizePicture } from '@hearth/media'
import { z } from 'zod'
import type { ApiDeps } from '../../deps.ts'
import { infoParameters } from './drawing-info.ts'
import { readWish } from './drawing-wish.ts'
import { givenBytes } from './given-picture.ts'

const infoWish = z.object({ image: z.string().min(1) })

/** `POST png-info`: how a picture was made, as it says itself. */
export async function pngInfo(deps: ApiDeps, owner: string, body: unknown) {
  const { image } = readWish(infoWish, body)
  const info = (await readParametersText(await givenBytes(deps, owner, 'image', image))) ?? ''
  return { info, items: info === '' ? {} : { parameters: info }, parameters: infoParameters(info) }
}

const side = z.int().min(1).max(16_384)
const extraWish = z.object({
  image: z.string().min(1),
  resize_mode: z.int().min(0).max(1).default(0),
  upscaling_resize: z.number().min(0.05).max(16).default(2),
  upscaling_resize_w: side.default(512),
  upscaling_resize_h: side.default(512),
  upscaling_crop: z.boolean().default(true),
  upscaler_1: z.string().default('None'),
  upscaler_2: z.string().default('None'),
  extras_upscaler_2_visibility: z.number().default(0),
  gfpgan_visibility: z.literal(0, 'face restoration cannot be had here').default(0),
  codeformer_visibility: z.literal(0, 'face restoration cannot be had here').default(0),
})

/** `POST extra-single-image`: Lanczos resizes; None leaves the picture as it is, as there. */
export async function extraImage(deps: ApiDeps, owner: string, body: unknown) {
  const wish = readWish(extraWish, body)
  const second = wish.extras_upscaler_2_visibility > 0 ? wish.upscaler_2 : 'None'
  const unknown = [wish.upscaler_1, second].find(name => name !== 'None' && name !== 'Lanczos')
  if (unknown !== undefined) {
    throw new AppError('invalid-input', `could not find upscaler named ${unknown.slice(0, 60)}`, {
      path: ['upscaler_1'],
      hint: 'There are None, Lanczos.',
    })
  }
  const bytes = await givenBytes(deps, owner, 'image', wish.image)
  const { width, height } = await inspectPicture(bytes)
  const size = wish.upscaler_1 === 'None' ? { width, height } : newSize(wish, { width, height })
  if (size.width * size.height > deps.config.maxPixels) {
    throw new AppError('too-large', `the result would have ${size.width} x ${size.height} pixels`, {
      path: ['upscaling_resize'],
      hint: `At most ${deps.config.maxPixels} in all are made.`,
    })
  }
  const picture = await decodePicture(bytes, { maxPixels: deps.config.maxPixels })
  const fit = wish.resize_mode === 1 && wish.upscaling_crop ? 'cover' : 'stretch'
  const resized = await resizePicture(picture, size.width, size.height, fit)
  const parameters = await readParametersText(bytes)
  const made = await encodePicture(resized, { format: 'png', ...(parameters === undefined ? {} : { parameters }) })
  return { html_info: '', image: Buffer.from(made).toString('base64') }
}

/** To a size, in its proportions unless it may be cropped; or by a factor. */
function newSize(
  wish: z.output<typeof extraWish>,
  { width, height }: { width: number; height: number },
): { width: number; height: number } {
  const { resize_mode, upscaling_crop, upscaling_resize: factor, upscaling_resize_w: w, upscaling_resize_h: h } = wish
  if (resize_mode === 1 && upscaling_crop) return { width: w, height: h }
  const scale = resize_mode === 1 ? Math.max(w / width, h / height) : factor
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
