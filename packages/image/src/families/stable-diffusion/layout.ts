import { AppError } from '@hearth/contract'
import { z } from 'zod'

/** Parses a JSON file of the folder; undefined if it is not there. */
export type ReadJson = (path: string) => Promise<unknown>

const index = z.looseObject({
  _class_name: z.string(),
  force_zeros_for_empty_prompt: z.boolean().optional(),
  requires_aesthetics_score: z.boolean().default(false),
})

const unetConfig = z.looseObject({
  in_channels: z.int().default(4),
  sample_size: z.union([z.int(), z.array(z.int()).length(2)]).nullish(),
  block_out_channels: z.array(z.int()).min(1),
  time_cond_proj_dim: z.int().nullish(),
  addition_embed_type: z.string().nullish(),
})

const vaeConfig = z.looseObject({
  block_out_channels: z.array(z.int()).min(1),
  latent_channels: z.int().default(4),
  scaling_factor: z.number().default(0.18215),
  shift_factor: z.number().nullish(),
})

/** What the config files of a diffusers folder say about its graphs. */
export interface Layout {
  pipelineClass: string
  /** Two text encoders, pooled embeddings and sizes as further conditions. */
  sdxl: boolean
  latentChannels: number
  /** Channels that the denoiser reads: more than the latents' own where it was trained to inpaint. */
  unetChannels: number
  /** Pixels per latent, along a side. */
  vaeScale: number
  scalingFactor: number
  shiftFactor: number
  /** Sides of latents must be multiples of this, or the exported denoiser cannot halve and double them. */
  latentUnit: number
  /** Pixels [width, height] that the denoiser was trained for. */
  trainedSize: readonly [number, number]
  /** Width of the guidance embedding of distilled models, which need no second pass; undefined for others. */
  guidanceWidth: number | undefined
  /** An empty negative prompt is all zeros instead of the encoded empty text. */
  zeroEmptyPrompt: boolean
  aestheticsScore: boolean
}

// The first ONNX exports (OnnxStableDiffusionPipeline) came without config files, always with these values.
const firstExports = {
  unet: { block_out_channels: [320, 640, 1280, 1280], sample_size: 64 },
  vae: { block_out_channels: [128, 256, 512, 512] },
}

function parse<T extends z.ZodType>(schema: T, value: unknown, path: string): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new AppError('model-broken', `${path} is missing or not understood: ${z.prettifyError(parsed.error)}`, {
    hint: 'Pull the model again, or export it again with its config files.',
    cause: parsed.error,
  })
}

/** Reads a folder's configs; undefined if it has no `model_index.json`. Throws `model-broken` where they are wrong. */
export async function readLayout(json: ReadJson): Promise<Layout | undefined> {
  const rawIndex = await json('model_index.json')
  if (rawIndex === undefined) return undefined
  const { _class_name: pipelineClass, ...rest } = parse(index, rawIndex, 'model_index.json')
  const first = pipelineClass === 'OnnxStableDiffusionPipeline'
  const read = async (path: string, fallback: unknown) => (await json(path)) ?? (first ? fallback : undefined)
  const unet = parse(unetConfig, await read('unet/config.json', firstExports.unet), 'unet/config.json')
  const vae = parse(vaeConfig, await read('vae_decoder/config.json', firstExports.vae), 'vae_decoder/config.json')
  const sdxl = unet.addition_embed_type === 'text_time'
  const vaeScale = 2 ** (vae.block_out_channels.length - 1)
  const [height, width] = Array.isArray(unet.sample_size)
    ? unet.sample_size
    : [unet.sample_size ?? 64, unet.sample_size ?? 64]
  return {
    pipelineClass,
    sdxl,
    latentChannels: vae.latent_channels,
    unetChannels: unet.in_channels,
    vaeScale,
    scalingFactor: vae.scaling_factor,
    shiftFactor: vae.shift_factor ?? 0,
    latentUnit: 2 ** (unet.block_out_channels.length - 1),
    trainedSize: [(width ?? 64) * vaeScale, (height ?? 64) * vaeScale],
    guidanceWidth: unet.time_cond_proj_dim ?? undefined,
    zeroEmptyPrompt: sdxl && (rest.force_zeros_for_empty_prompt ?? true),
    aestheticsScore: rest.requires_aesthetics_score,
  }
}
