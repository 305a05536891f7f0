import { AppError, perform } from '@hearth/contract'
import { decodeGrey, decodePicture, type Picture, pictureToTensor, resizePicture } from '@hearth/media'
import { task } from '../../image-to-image/spec.ts'
import type { Inpainting } from './denoise.ts'
import { chosenSeed, draw, workingSize } from './draw.ts'
import type { Pipeline } from './pipeline.ts'

/** A picture, or the masked part of it, is drawn again. */
export function imageToImage(pipeline: Pipeline) {
  return perform(task, async (input, context) => {
    const { defaults } = pipeline
    const picture = await decodePicture(await context.read(input.image))
    const mask = input.mask === undefined ? undefined : await decodeGrey(await context.read(input.mask))
    const drawing = {
      ...input,
      ...sizeFor(pipeline, picture, input),
      steps: input.steps ?? defaults.steps,
      guidance_scale: input.guidance_scale ?? defaults.guidance_scale,
      sampler: input.sampler ?? defaults.sampler,
      seed: chosenSeed(input.seed),
    }
    const size = workingSize(pipeline, drawing)
    const scaled = await resizePicture(picture, size.width, size.height, 'cover')
    const pixels = pictureToTensor(scaled)
    const latents = await pipeline.vae.encode(pixels, size.height, size.width)
    const fullMask = mask && (await maskFor(mask, picture, size))
    const { images, notes } = await draw(pipeline, drawing, context, {
      latents,
      strength: input.strength,
      inpainting: fullMask && (await inpaintingFor(pipeline, pixels, latents, fullMask)),
      finish: drawn => (fullMask ? blend(scaled, drawn, fullMask) : drawn),
    })
    return { images, seed: drawing.seed, parameters: drawing, notes }
  })
}

/** The sides asked for; those left open keep the picture's proportions, in the area that the model is used to. */
function sizeFor(
  pipeline: Pipeline,
  picture: Picture,
  asked: { width?: number | undefined; height?: number | undefined },
) {
  const { defaults } = pipeline
  const ratio = picture.width / picture.height
  const whole = (side: number) => Math.min(2048, Math.max(64, Math.round(side / 8) * 8))
  const area = defaults.width * defaults.height
  const width = asked.width ?? whole(asked.height === undefined ? Math.sqrt(area * ratio) : asked.height * ratio)
  return {
    width,
    height: asked.height ?? whole(asked.width === undefined ? Math.sqrt(area / ratio) : asked.width / ratio),
  }
}

/** The mask over the picture, scaled and cropped as the picture is. */
async function maskFor(mask: Picture, picture: Picture, size: { width: number; height: number }): Promise<Picture> {
  const over = await resizePicture(mask, picture.width, picture.height, 'stretch')
  const scaled = await resizePicture(over, size.width, size.height, 'cover')
  if (scaled.data.some(value => value >= 128)) return scaled
  throw new AppError('invalid-input', 'the mask has no white area, so there is nothing to paint', {
    path: ['mask'],
    hint: 'White marks what is painted anew; swap black and white.',
  })
}

async function inpaintingFor(
  pipeline: Pipeline,
  pixels: Float32Array,
  latents: Float32Array,
  mask: Picture,
): Promise<Inpainting> {
  const { layout, vae } = pipeline
  const ownInput = layout.unetChannels === 2 * layout.latentChannels + 1
  const plane = mask.width * mask.height
  const blank = pixels.map((value, i) => ((mask.data[i % plane] ?? 0) < 128 ? value : 0))
  return {
    mask: shrink(mask, layout.vaeScale),
    original: latents,
    blanked: ownInput ? await vae.encode(blank, mask.height, mask.width) : undefined,
  }
}

/** Mean of each `scale` x `scale` block, from 0 to 1. */
function shrink(mask: Picture, scale: number): Float32Array {
  const width = mask.width / scale
  const shrunk = new Float32Array((width * mask.height) / scale)
  for (let i = 0; i < mask.data.length; i++) {
    const x = Math.floor((i % mask.width) / scale)
    const y = Math.floor(i / mask.width / scale)
    shrunk[y * width + x]! += (mask.data[i] ?? 0) / 255 / scale ** 2
  }
  return shrunk
}

/** The original's own pixels where the mask is black: decoding would soften them. */
function blend(original: Picture, drawn: Picture, mask: Picture): Picture {
  const data = drawn.data.map((value, i) => {
    const share = (mask.data[Math.floor(i / 3)] ?? 0) / 255
    return Math.round(share * value + (1 - share) * (original.data[i] ?? 0))
  })
  return { ...drawn, data }
}
