import { randomInt } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { AppError } from '@hearth/contract'
import { decodePicture, encodePicture, readParametersText } from '@hearth/media'
import type { JobRow } from '@hearth/store'
import { z } from 'zod'
import type { Caller } from '../../auth/caller.ts'
import type { ApiDeps } from '../../deps.ts'
import { acceptJob, findTask } from '../../intake/accept-job.ts'
import { finishedJob } from '../finished-job.ts'
import { type DrawingOutput, type Drawn, readOutput } from './drawing-info.ts'
import { batches, type Common, enlargingPass, type Pass, sharedInput, textPasses } from './drawing-plan.ts'
import type { PictureWish, TextWish } from './drawing-wish.ts'
import { drawing, drawingModels, modelNamed } from './model-titles.ts'
import { changeOptions, formats, readOptions } from './options.ts'
import { type StartingPicture, startingPicture } from './starting-picture.ts'

/** Seconds that a request waits for one of its jobs: these clients wait for as long as it takes. */
const longest = 3600

export interface Drawing {
  drawn: Drawn[]
  /** Of the last job; undefined where none was finished. */
  parameters: DrawingOutput['parameters'] | undefined
  /** Id of the model that drew, or was to. */
  model: string | undefined
}

interface Client {
  deps: ApiDeps
  caller: Caller
  /** Aborted when the client leaves. */
  signal: AbortSignal
}

/** txt2img: the pictures, one job after another; those that were finished before an interrupt. */
export async function drawFromText(client: Client, wish: TextWish): Promise<Drawing> {
  const { common, model } = await settle(client, wish)
  const drawing: Drawing = { drawn: [], parameters: undefined, model }
  await untilInterrupted(client, async () => {
    for (const pass of textPasses(wish, common)) {
      const row = await run(client, pass, model)
      if (!wish.enable_hr) {
        await keep(client, drawing, row)
        continue
      }
      for (const { name, ...rest } of readOutput(row.output).images) {
        const image = `output:${row.id}/${name}`
        await keep(client, drawing, await run(client, enlargingPass(wish, common, { image, ...rest }), model))
      }
    }
  })
  return drawing
}

/** img2img: as txt2img, from one picture or from several, each for itself. */
export async function drawFromPicture(client: Client, wish: PictureWish): Promise<Drawing> {
  if (wish.init_images.length === 0) {
    throw new AppError('not-found', 'Init image not found', { path: ['init_images'] })
  }
  const { common, model } = await settle(client, wish)
  const drawing: Drawing = { drawn: [], parameters: undefined, model }
  const alone = wish.init_images.length === 1
  await untilInterrupted(client, async () => {
    for (const [i, given] of wish.init_images.entries()) {
      const start = await startingPicture(client.deps, client.caller.owner, wish, given)
      for (const { n, offset } of alone ? batches(wish) : [{ n: 1, offset: i }]) {
        const { finish, ...pictures } = start
        const input = { ...sharedInput(wish, common), ...pictures, n, seed: common.seed + offset }
        const pass: Pass = { task: 'image-to-image', input: { ...input, strength: wish.denoising_strength } }
        await keep(client, drawing, await run(client, pass, model), finish)
      }
    }
  })
  return drawing
}

/** What applies to all jobs of a request. */
async function settle(
  { deps, caller }: Client,
  wish: TextWish | PictureWish,
): Promise<{ common: Common; model?: string }> {
  const over = wish.override_settings
  if (!wish.override_settings_restore_afterwards) await changeOptions(deps, caller, over)
  const options = await readOptions(deps, caller)
  const models = await drawingModels(deps)
  const set = models.some(({ id }) => id === options.model) ? options.model : undefined
  const model = over.sd_model_checkpoint ? modelNamed(models, over.sd_model_checkpoint) : set
  const format = Object.entries(formats).find(([name]) => name === over.samples_format)?.[1] ?? formats[options.format]
  const seed = wish.seed >= 0 ? wish.seed : randomInt(2 ** 32 - 1)
  const common = { samplers: samplerIds(deps), seed, format, quality: over.jpeg_quality ?? options.quality }
  return model === undefined ? { common } : { common, model }
}

const samplerField = z.looseObject({
  properties: z.looseObject({ sampler: z.looseObject({ enum: z.array(z.string()) }) }),
})

/** Ids of the samplers that the drawing tasks take. */
export function samplerIds(deps: Pick<ApiDeps, 'tasks'>): string[] {
  const task = deps.tasks.find(({ id }) => id === drawing)
  if (!task) return []
  return samplerField.parse(z.toJSONSchema(task.input, { io: 'input', unrepresentable: 'any' })).properties.sampler.enum
}

async function run({ deps, caller, signal }: Client, pass: Pass, model: string | undefined): Promise<JobRow> {
  const order = { task: findTask(deps, pass.task), input: pass.input, model, dialect: 'a1111' }
  const { job } = await acceptJob(deps, caller, order)
  return finishedJob(deps, job, { signal, seconds: longest, cancelOnLeave: true })
}

/** An interrupt ends the jobs but is no failure: what was finished is handed over. */
async function untilInterrupted({ signal }: Client, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const interrupted = error instanceof AppError && error.code === 'cancelled' && !signal.aborted
    if (!interrupted) throw error
  }
}

async function keep(
  { deps }: Client,
  drawing: Drawing,
  row: JobRow,
  finish?: StartingPicture['finish'],
): Promise<void> {
  const { images, parameters } = readOutput(row.output)
  for (const { name, seed } of images) {
    const path = deps.files.outputPath({ id: row.id, created_at: row.createdAt }, name)
    const bytes = await readFile(path)
    const infotext = (await readParametersText(bytes)) ?? ''
    drawing.drawn.push({ bytes: finish ? await finished(bytes, finish, infotext, row) : bytes, seed, infotext })
  }
  drawing.parameters = parameters
  drawing.model = row.model
}

async function finished(
  bytes: Uint8Array,
  finish: NonNullable<StartingPicture['finish']>,
  parameters: string,
  row: JobRow,
): Promise<Uint8Array> {
  const picture = await finish(await decodePicture(bytes))
  const format = row.input.format === 'jpeg' || row.input.format === 'webp' ? row.input.format : 'png'
  return encodePicture(picture, { format, ...(parameters === '' ? {} : { parameters }) })
}
