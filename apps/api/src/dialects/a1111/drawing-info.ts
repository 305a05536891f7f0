import { parseParameters } from '@hearth/media'
import { z } from 'zod'
import { samplerName } from './sampler-names.ts'

/** A finished picture and what is known of it. */
export interface Drawn {
  bytes: Uint8Array
  seed: number
  /** The text kept in the file; empty if there is none. */
  infotext: string
}

const output = z.object({
  parameters: z.object({
    prompt: z.string(),
    negative_prompt: z.string(),
    width: z.int(),
    height: z.int(),
    steps: z.int(),
    guidance_scale: z.number(),
    sampler: z.string(),
    strength: z.number().optional(),
  }),
  images: z.array(z.object({ name: z.string(), seed: z.int(), width: z.int(), height: z.int() })),
})
export type DrawingOutput = z.output<typeof output>

/** A drawing task's output. */
export function readOutput(value: unknown): DrawingOutput {
  return output.parse(value)
}

/** What A1111 tells of the pictures beside them, as JSON text. */
export function drawingInfo(of: {
  drawn: readonly Drawn[]
  parameters: DrawingOutput['parameters']
  model: { id: string; hash: string | null }
  batchSize: number
  extra: Record<string, string | number>
  version: string
  at: Date
}): string {
  const { drawn, parameters, model, batchSize, extra, version, at } = of
  const seeds = drawn.map(({ seed }) => seed)
  return JSON.stringify({
    prompt: parameters.prompt,
    all_prompts: drawn.map(() => parameters.prompt),
    negative_prompt: parameters.negative_prompt,
    all_negative_prompts: drawn.map(() => parameters.negative_prompt),
    seed: seeds[0] ?? -1,
    all_seeds: seeds,
    subseed: seeds[0] ?? -1,
    all_subseeds: seeds,
    subseed_strength: 0,
    width: parameters.width,
    height: parameters.height,
    sampler_name: samplerName(parameters.sampler).name,
    cfg_scale: parameters.guidance_scale,
    steps: parameters.steps,
    batch_size: batchSize,
    restore_faces: false,
    face_restoration_model: null,
    sd_model_name: model.id,
    sd_model_hash: model.hash,
    sd_vae_name: null,
    sd_vae_hash: null,
    seed_resize_from_w: -1,
    seed_resize_from_h: -1,
    denoising_strength: parameters.strength ?? null,
    extra_generation_params: { 'Schedule type': samplerName(parameters.sampler).schedule, ...extra },
    index_of_first_image: 0,
    infotexts: drawn.map(({ infotext }) => infotext),
    styles: [],
    job_timestamp: timestamp(at),
    clip_skip: 1,
    is_using_inpainting_conditioning: false,
    version: `Hearth ${version}`,
  })
}

/** As A1111 writes times: year to second without separators. */
export function timestamp(at: Date): string {
  return at.toISOString().replace(/\D/g, '').slice(0, 14)
}

/** `png-info`: the settings in a picture by their names, sizes taken apart. */
export function infoParameters(text: string): Record<string, string | number> {
  if (text === '') return {}
  const { prompt, negativePrompt, settings } = parseParameters(text)
  const [width, height] = String(settings.Size ?? '').split('x')
  const sides: Record<string, string> = width && height ? { 'Size-1': width, 'Size-2': height } : {}
  return { Prompt: prompt, 'Negative prompt': negativePrompt, ...settings, ...sides }
}
