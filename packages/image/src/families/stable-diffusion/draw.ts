import { randomInt } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import type { RunContext } from '@hearth/contract'
import { cropPicture, encodePicture, type Picture, tensorToPicture } from '@hearth/media'
import { philoxNormals } from '../../noise/philox-normals.ts'
import type { Schedule } from '../../samplers/sampler.ts'
import { denoise, type Inpainting } from './denoise.ts'
import { picturesAtOnce } from './memory.ts'
import { parametersText } from './parameters-text.ts'
import type { Pipeline } from './pipeline.ts'
import { type PromptRows, promptRows } from './prompt-rows.ts'
import { type Defaults, samplerOf } from './settings.ts'
import type { LatentShape } from './unet.ts'

/** What to draw, nothing left open. */
export interface Drawing extends Defaults {
  prompt: string
  negative_prompt: string
  seed: number
  n: number
  format: 'png' | 'jpeg' | 'webp'
  quality: number
}

/** A picture to start from. */
export interface Origin {
  /** Latents of the picture, in the size that is worked in. */
  latents: Float32Array
  strength: number
  inpainting: Inpainting | undefined
  /** Last touch on a finished picture, before it is cropped. */
  finish(picture: Picture): Picture
}

export interface Drawn {
  images: { name: string; seed: number; width: number; height: number }[]
  notes: string[]
}

/** One request's way through the model: what its batches share. */
interface Plan {
  pipeline: Pipeline
  drawing: Drawing
  context: RunContext
  origin: Origin | undefined
  /** Undefined if the strength is so low that nothing changes. */
  schedule: Schedule | undefined
  rows: PromptRows
  height: number
  width: number
  progress: { done: number; total: number; nextPreview: number }
  /** The preview that is being drawn. */
  previewing: Promise<void>
}

const seedCount = 2 ** 53
/** In milliseconds. The first preview is due early, so that short runs have one too. */
const firstPreview = 100
const betweenPreviews = 250

/** A random seed for -1, of the size that other tools take too. */
export function chosenSeed(seed: number): number {
  return seed < 0 ? randomInt(2 ** 32) : seed
}

/** The size that is drawn: the one asked for, raised to what the denoiser can halve and double. */
export function workingSize(pipeline: Pipeline, size: { width: number; height: number }) {
  const unit = pipeline.layout.vaeScale * pipeline.layout.latentUnit
  const raise = (side: number) => Math.ceil(side / unit) * unit
  return { width: raise(size.width), height: raise(size.height) }
}

function sizeNotes(pipeline: Pipeline, { width, height }: Drawing): string[] {
  const notes = []
  const [ownWidth, ownHeight] = pipeline.layout.trainedSize
  const area = (width * height) / (ownWidth * ownHeight)
  if (area > 2.3 || area < 0.5 || Math.max(width / height, height / width) > 2) {
    notes.push(`${width} x ${height} is far from the ${ownWidth} x ${ownHeight} that this model was trained for.`)
  }
  const working = workingSize(pipeline, { width, height })
  if (working.width !== width || working.height !== height) {
    notes.push(`Drawn at ${working.width} x ${working.height}, which this model needs, and cropped.`)
  }
  return notes
}

function scheduleOf({ scheduler }: Pipeline, drawing: Drawing, origin: Origin | undefined): Schedule | undefined {
  if (origin && Math.floor(drawing.steps * origin.strength) < 1) return undefined
  const strength = origin ? { strength: origin.strength } : {}
  return samplerOf(drawing.sampler).start(scheduler, { steps: drawing.steps, ...strength })
}

/** Draws, shows previews and saves each picture. Looks for an abort after every step. */
export async function draw(pipeline: Pipeline, drawing: Drawing, context: RunContext, origin?: Origin): Promise<Drawn> {
  const schedule = scheduleOf(pipeline, drawing, origin)
  const { rows, notes: promptNotes } = await promptRows(pipeline, drawing)
  const notes = [...sizeNotes(pipeline, drawing), ...promptNotes]
  if (!schedule) notes.push(`A strength this low leaves none of ${drawing.steps} steps: nothing was changed.`)
  for (const note of notes) context.log('info', note)
  const { width, height } = workingSize(pipeline, drawing)
  const scale = pipeline.layout.vaeScale
  const [trainedWidth, trainedHeight] = pipeline.layout.trainedSize
  const size = { weightBytes: pipeline.checkpoint.bytes, width, height, trainedArea: trainedWidth * trainedHeight }
  const atOnce = picturesAtOnce(size, drawing.n)
  const steps = schedule?.timesteps.length ?? 1
  const plan: Plan = {
    pipeline,
    drawing,
    context,
    origin,
    schedule,
    rows,
    width: width / scale,
    height: height / scale,
    progress: { done: 0, total: steps * Math.ceil(drawing.n / atOnce), nextPreview: performance.now() + firstPreview },
    previewing: Promise.resolve(),
  }
  try {
    const images = await drawAll(plan, atOnce)
    await plan.previewing
    return { images, notes }
  } finally {
    // Nothing may go on behind a request that was aborted.
    await Promise.allSettled([plan.previewing])
  }
}

async function drawAll(plan: Plan, atOnce: number): Promise<Drawn['images']> {
  const images: Drawn['images'] = []
  const { n } = plan.drawing
  for (let first = 0; first < n; first += atOnce) {
    const count = Math.min(atOnce, n - first)
    const latents = await drawBatch(plan, first, count)
    const size = latents.length / count
    for (let k = 0; k < count; k++) {
      images.push(await finishPicture(plan, latents.subarray(k * size, (k + 1) * size), first + k))
    }
  }
  return images
}

function seedOf({ drawing }: Plan, picture: number): number {
  return (drawing.seed + picture) % seedCount
}

/** Noise for pictures `first` to `first + count`, each from its own seed, so that one can be drawn again alone. */
function noiseOf(plan: Plan, first: number, count: number, offset: number): Float32Array {
  const size = plan.pipeline.layout.latentChannels * plan.height * plan.width
  const noise = new Float32Array(count * size)
  for (let k = 0; k < count; k++) noise.set(philoxNormals(seedOf(plan, first + k), offset, size), k * size)
  return noise
}

function repeated(values: Float32Array, count: number): Float32Array {
  const all = new Float32Array(count * values.length)
  for (let k = 0; k < count; k++) all.set(values, k * values.length)
  return all
}

/** Where denoising starts: noise, or the origin with noise over it. */
function startLatents(plan: Plan, schedule: Schedule, noise: Float32Array, count: number): Float32Array {
  const { origin } = plan
  // Painting anew at full strength starts from noise alone, or the old content would shine through.
  if (!origin || (origin.inpainting && origin.strength === 1))
    return noise.map(value => value * schedule.initNoiseSigma)
  return schedule.addNoise(repeated(origin.latents, count), noise, 0)
}

async function drawBatch(plan: Plan, first: number, count: number): Promise<Float32Array> {
  const { pipeline, drawing, origin, schedule, rows } = plan
  if (!schedule) {
    await stepDone(plan)
    return repeated(origin?.latents ?? new Float32Array(), count)
  }
  const { latentChannels, vaeScale } = pipeline.layout
  const shape: LatentShape = { pictures: count, channels: latentChannels, height: plan.height, width: plan.width }
  const startNoise = noiseOf(plan, first, count, 0)
  return denoise({
    unet: pipeline.unet,
    schedule,
    shape,
    latents: startLatents(plan, schedule, startNoise, count),
    startNoise,
    conditions: pipeline.unet.conditions({
      rows: rows.of(count),
      firstPositive: rows.guided ? count : 0,
      guidance: drawing.guidance_scale,
      width: plan.width * vaeScale,
      height: plan.height * vaeScale,
    }),
    guided: rows.guided,
    guidance: drawing.guidance_scale,
    inpainting: origin?.inpainting,
    noise: i => noiseOf(plan, first, count, i + 1),
    onStep: async (_, denoised) => {
      await preview(plan, denoised.subarray(0, denoised.length / count))
      await stepDone(plan)
    },
  })
}

/** Begins a preview if one is due. Its encoding goes on beside the next step. */
async function preview(plan: Plan, latents: Float32Array): Promise<void> {
  const now = performance.now()
  const { progress, pipeline, context } = plan
  const last = progress.done + 1 === progress.total
  if (last || now < progress.nextPreview) return
  progress.nextPreview = now + betweenPreviews
  await plan.previewing
  plan.previewing = pipeline.previews
    .draw(latents, plan.height, plan.width)
    .then(jpeg => context.preview(jpeg, 'image/jpeg'))
  // A failure is reported where it is awaited, at the next preview or at the end; until then it is not unhandled.
  plan.previewing.catch(() => undefined)
}

async function stepDone({ context, progress }: Plan): Promise<void> {
  progress.done += 1
  context.progress(progress.done, progress.total)
  // A turn of the event loop lets a waiting cancel in: the computation itself blocks the loop.
  await setImmediate()
  context.signal.throwIfAborted()
}

async function finishPicture(plan: Plan, latents: Float32Array, index: number): Promise<Drawn['images'][number]> {
  const { pipeline, drawing, context, origin } = plan
  const { vaeScale } = pipeline.layout
  const pixels = await pipeline.vae.decode(latents, plan.height, plan.width)
  context.signal.throwIfAborted()
  const decoded = tensorToPicture(pixels, plan.width * vaeScale, plan.height * vaeScale)
  const picture = cropPicture(origin?.finish(decoded) ?? decoded, drawing.width, drawing.height)
  const seed = seedOf(plan, index)
  const name = `image-${index}.${drawing.format}`
  const bytes = await encodePicture(picture, {
    format: drawing.format,
    quality: drawing.quality,
    parameters: parametersText(pipeline, { ...drawing, seed }, origin?.strength),
  })
  const { width, height } = picture
  await context.save({ name, bytes, mime: `image/${drawing.format}`, width, height, meta: { seed } })
  return { name, seed, width, height }
}
