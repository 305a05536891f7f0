import { AppError } from '@hearth/contract'
import { blurPicture, encodePicture, type Picture, resizePicture } from '@hearth/media'
import type { ApiDeps } from '../../deps.ts'
import type { PictureWish } from './drawing-wish.ts'
import { givenMask, givenPicture } from './given-picture.ts'
import { type Box, cutOut, fillMasked, maskedArea, pasteBack } from './inpaint-area.ts'

/** One picture to start from, as the task takes it. */
export interface StartingPicture {
  image: Uint8Array
  mask?: Uint8Array
  width?: number
  height?: number
  /** Makes the whole picture of what was drawn; absent where that is the whole already. */
  finish?(drawn: Picture): Promise<Picture>
}

/** Prepares a picture and the mask over it the way A1111's options say. @throws AppError at the field. */
export async function startingPicture(
  deps: ApiDeps,
  owner: string,
  wish: PictureWish,
  given: string,
): Promise<StartingPicture> {
  const picture = await givenPicture(deps, owner, 'init_images', given)
  const width = wish.width === undefined ? undefined : Math.floor(wish.width / 8) * 8
  const height = wish.height === undefined ? undefined : Math.floor(wish.height / 8) * 8
  const size = width && height ? { width, height } : undefined
  if (!wish.mask) return { image: await png(await fitted(picture, wish, size)) }
  const mask = await preparedMask(deps, owner, wish, picture)
  const image = wish.inpainting_fill === 0 ? fillMasked(picture, mask) : picture
  if (wish.inpaint_full_res && size) return areaOnly({ picture, image, mask, size, wish })
  return { image: await png(await fitted(image, wish, size)), mask: await png(await fitted(mask, wish, size)) }
}

/** White where it is painted anew, of the picture's size. */
async function preparedMask(deps: ApiDeps, owner: string, wish: PictureWish, picture: Picture): Promise<Picture> {
  if (wish.inpainting_fill > 1) {
    throw new AppError('invalid-input', 'inpainting_fill: noise and nothing cannot be had here', {
      path: ['inpainting_fill'],
      hint: 'Take 0 (fill) or 1 (original).',
    })
  }
  const given = await givenMask(deps, owner, wish.mask ?? '')
  const mask = await resizePicture(given, picture.width, picture.height, 'stretch')
  const turned = wish.inpainting_mask_invert ? { ...mask, data: mask.data.map(value => 255 - value) } : mask
  return blurPicture(turned, Math.min(Math.max(wish.mask_blur, 0), 64))
}

/** The picture in the size that is drawn. */
async function fitted(picture: Picture, wish: PictureWish, size: { width: number; height: number } | undefined) {
  if (!size) return picture
  if (wish.resize_mode === 0) return resizePicture(picture, size.width, size.height, 'stretch')
  if (wish.resize_mode === 1) return resizePicture(picture, size.width, size.height, 'cover')
  if (picture.width * size.height === picture.height * size.width) {
    return resizePicture(picture, size.width, size.height, 'stretch')
  }
  throw new AppError('invalid-input', 'resize_mode: this one needs a picture of the same proportions here', {
    path: ['resize_mode'],
    hint: 'Take 0 (just resize) or 1 (crop and resize).',
  })
}

/** The masked area alone is drawn, in the full size, and put back into the picture. */
async function areaOnly(of: {
  picture: Picture
  image: Picture
  mask: Picture
  size: { width: number; height: number }
  wish: PictureWish
}): Promise<StartingPicture> {
  const { picture, image, mask, size, wish } = of
  const box: Box | undefined = maskedArea(mask, wish.inpaint_full_res_padding, size)
  if (!box) {
    throw new AppError('invalid-input', 'mask: it has no white area, so there is nothing to paint', { path: ['mask'] })
  }
  const part = (whole: Picture) => resizePicture(cutOut(whole, box), size.width, size.height, 'stretch')
  return {
    image: await png(await part(image)),
    mask: await png(await part(mask)),
    finish: async drawn => pasteBack(picture, await resizePicture(drawn, box.width, box.height, 'stretch'), mask, box),
  }
}

function png(picture: Picture): Promise<Uint8Array> {
  return encodePicture(picture, { format: 'png' })
}
