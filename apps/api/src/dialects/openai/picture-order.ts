import { AppError } from '@hearth/contract'
import type { GivenPicture, PictureWish } from './picture-wish.ts'

/** Text or file that stands for a picture, as the intake takes it. */
export type Media = string | File | Uint8Array

/** What to draw, in the words of our tasks, and how the client wants it handed over. */
export interface PictureOrder {
  task: 'text-to-image' | 'image-to-image'
  model: string | undefined
  input: Record<string, unknown>
  /** Transparent where the picture is to be painted anew; not yet in the form that the task takes. */
  mask: Media | undefined
  prompt: string
  delivery: { format: 'url' | 'b64_json'; stream: boolean; partialImages: number; size: string }
}

/** Where nothing is said, an edit may change this much: without a mask, with one, and for `input_fidelity: high`. */
const editStrength = { plain: 0.75, masked: 0.9, faithful: 0.5 }
/** A variation keeps the composition. */
const variationStrength = 0.6

/** `POST /v1/images/generations`; with SiliconFlow's `image` it starts from that picture. */
export function generationOrder(wish: PictureWish): PictureOrder {
  const picture = onlyPicture(wish)
  if (picture === undefined) return order(wish, 'text-to-image', {})
  return order(wish, 'image-to-image', { image: picture, strength: wish.strength })
}

/** `POST /v1/images/edits`. @throws AppError `invalid-input` without exactly one picture. */
export function editOrder(wish: PictureWish): PictureOrder {
  const picture = requirePicture(wish)
  const mask = wish.mask === undefined ? undefined : mediaOf(wish.mask)
  const usual = mask ? editStrength.masked : editStrength.plain
  const strength = wish.strength ?? (wish.input_fidelity === 'high' ? editStrength.faithful : usual)
  return { ...order(wish, 'image-to-image', { image: picture, strength }), mask }
}

/** `POST /v1/images/variations`. @throws AppError `invalid-input` without exactly one picture. */
export function variationOrder(wish: PictureWish): PictureOrder {
  return order(wish, 'image-to-image', { image: requirePicture(wish), strength: wish.strength ?? variationStrength })
}

function order(wish: PictureWish, task: PictureOrder['task'], own: Record<string, unknown>): PictureOrder {
  const size = wish.size ?? wish.image_size ?? 'auto'
  const input = {
    prompt: wish.prompt,
    negative_prompt: wish.negative_prompt,
    ...sides(size),
    n: wish.n ?? wish.batch_size,
    steps: wish.num_inference_steps,
    guidance_scale: wish.guidance_scale ?? wish.cfg,
    seed: wish.seed,
    format: wish.output_format,
    // OpenAI's compression is a quality: 100 is the best.
    quality: wish.output_compression === undefined ? undefined : Math.max(1, wish.output_compression),
    ...own,
  }
  return {
    task,
    model: wish.model,
    input: Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)),
    mask: undefined,
    prompt: wish.prompt,
    delivery: { format: wish.response_format, stream: wish.stream, partialImages: wish.partial_images, size },
  }
}

function sides(size: string): { width?: number; height?: number } {
  const [width, height] = size.split(/[^\d]+/).map(Number)
  return width && height ? { width, height } : {}
}

function requirePicture(wish: PictureWish): Media {
  const picture = onlyPicture(wish)
  if (picture !== undefined) return picture
  throw new AppError('invalid-input', 'image: a picture is needed', {
    path: ['image'],
    hint: 'Send it as the form field "image", or in JSON as {"images": [{"image_url": ...}]}.',
  })
}

function onlyPicture(wish: PictureWish): Media | undefined {
  const given = [wish.image ?? [], wish.images ?? []].flat()
  if (given.length > 1) {
    throw new AppError('invalid-input', `image: one picture can be taken, ${given.length} were sent`, {
      path: ['image'],
      hint: 'Send the picture that is to be changed alone.',
    })
  }
  return given[0] === undefined ? undefined : mediaOf(given[0])
}

function mediaOf(picture: GivenPicture): Media {
  if (typeof picture === 'string' || picture instanceof File) return picture
  if ('file_id' in picture) return `upload:${picture.file_id.replace(/^upload:/, '')}`
  return typeof picture.image_url === 'string' ? picture.image_url : picture.image_url.url
}
