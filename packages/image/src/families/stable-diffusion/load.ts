import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type Checkpoint, type Load, type Placement } from '@hearth/contract'
import { type OnnxSession, openSession } from '@hearth/runtime/onnx'
import { task as imageToImageTask } from '../../image-to-image/spec.ts'
import { parseSchedulerText, type SchedulerConfig } from '../../samplers/scheduler-config.ts'
import { task as textToImageTask } from '../../text-to-image/spec.ts'
import { imageToImage } from './image-to-image.ts'
import { type Layout, readLayout } from './layout.ts'
import type { Pipeline } from './pipeline.ts'
import { openPreviews } from './previews.ts'
import { defaultsOf } from './settings.ts'
import { textToImage } from './text-to-image.ts'
import { openTokenizer, type Tokenizer } from './tokenizer.ts'
import { openUnet } from './unet.ts'
import { openVae } from './vae.ts'

const graph = 'model.onnx'
const encoderNames = ['text_encoder', 'text_encoder_2'] as const
const tokenizerOf = { text_encoder: 'tokenizer', text_encoder_2: 'tokenizer_2' } as const

async function readConfig(path: string): Promise<unknown> {
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new AppError('model-broken', `${path} is not JSON`, { hint: 'Pull the model again.', cause })
  }
}

/** Every graph of the folder that is there, by folder name. Frees those already open if one cannot be loaded. */
async function openGraphs(dir: string, placement: Placement): Promise<Map<string, OnnxSession>> {
  const sessions = new Map<string, OnnxSession>()
  try {
    for (const name of [...encoderNames, 'unet', 'vae_decoder', 'vae_encoder']) {
      const path = join(dir, name, graph)
      if (existsSync(path)) sessions.set(name, await openSession(path, placement))
    }
  } catch (error) {
    await closeAll(sessions)
    throw error
  }
  return sessions
}

async function closeAll(sessions: Map<string, OnnxSession>): Promise<void> {
  for (const session of sessions.values()) await session.dispose()
}

/** A pipeline and what frees it. */
export interface OpenPipeline {
  pipeline: Pipeline
  dispose(): Promise<void>
}

function buildPipeline(
  checkpoint: Checkpoint,
  layout: Layout,
  scheduler: SchedulerConfig,
  sessions: ReadonlyMap<string, OnnxSession>,
  tokenizers: ReadonlyMap<string, Tokenizer>,
): Pipeline {
  const need = (name: string): OnnxSession => {
    const session = sessions.get(name)
    if (!session) throw new AppError('model-broken', `${name}/${graph} is missing`, { hint: 'Pull the model again.' })
    return session
  }
  const vae = openVae(need('vae_decoder'), sessions.get('vae_encoder'), layout)
  return {
    checkpoint,
    layout,
    scheduler,
    defaults: defaultsOf(checkpoint, layout, scheduler),
    encoders: [...tokenizers].map(([name, tokenizer]) => ({ tokenizer, session: need(name) })),
    unet: openUnet(need('unet'), layout),
    vae,
    previews: openPreviews(vae, layout),
  }
}

/** Opens a diffusers folder of ONNX graphs. Throws `model-broken` where a part is missing or not understood. */
export async function openPipeline(checkpoint: Checkpoint, placement: Placement): Promise<OpenPipeline> {
  const { dir } = checkpoint
  const layout = await readLayout(path => readConfig(join(dir, path)))
  if (!layout) throw new AppError('model-broken', `${dir} has no model_index.json`)
  const scheduler = parseSchedulerText(await readFile(join(dir, 'scheduler', 'scheduler_config.json'), 'utf8'))
  const tokenizers = new Map<string, Tokenizer>()
  for (const name of encoderNames) {
    if (existsSync(join(dir, name, graph))) tokenizers.set(name, await openTokenizer(join(dir, tokenizerOf[name])))
  }
  const sessions = await openGraphs(dir, placement)
  const dispose = () => closeAll(sessions)
  try {
    return { pipeline: buildPipeline(checkpoint, layout, scheduler, sessions, tokenizers), dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

export const load: Load = async (checkpoint, placement) => {
  const { pipeline, dispose } = await openPipeline(checkpoint, placement)
  return {
    tasks: { [textToImageTask.id]: textToImage(pipeline), [imageToImageTask.id]: imageToImage(pipeline) },
    dispose,
  }
}
