import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type Load, type Placement } from '@hearth/contract'
import { type OnnxSession, openSession } from '@hearth/runtime/onnx'
import { task as imageToImageTask } from '../../image-to-image/spec.ts'
import { parseSchedulerText } from '../../samplers/scheduler-config.ts'
import { task as textToImageTask } from '../../text-to-image/spec.ts'
import { imageToImage } from './image-to-image.ts'
import { readLayout } from './layout.ts'
import { openPreviews } from './previews.ts'
import { defaultsOf } from './settings.ts'
import { textToImage } from './text-to-image.ts'
import { openTokenizer } from './tokenizer.ts'
import { openUnet } from './unet.ts'
import { openVae } from './vae.ts'

const graph = 'model.onnx'

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
    for (const name of ['text_encoder', 'text_encoder_2', 'unet', 'vae_decoder', 'vae_encoder']) {
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

/** Loads a diffusers folder of ONNX graphs. Throws `model-broken` where a part is missing or not understood. */
export const load: Load = async (checkpoint, placement) => {
  const { dir } = checkpoint
  const layout = await readLayout(path => readConfig(join(dir, path)))
  if (!layout) throw new AppError('model-broken', `${dir} has no model_index.json`)
  const scheduler = parseSchedulerText(await readFile(join(dir, 'scheduler', 'scheduler_config.json'), 'utf8'))
  const sessions = await openGraphs(dir, placement)
  try {
    const need = (name: string): OnnxSession => {
      const session = sessions.get(name)
      if (!session) throw new AppError('model-broken', `${name}/${graph} is missing`, { hint: 'Pull the model again.' })
      return session
    }
    const encoders = []
    for (const [name, tokenizer] of [
      ['text_encoder', 'tokenizer'],
      ['text_encoder_2', 'tokenizer_2'],
    ] as const) {
      const session = sessions.get(name)
      if (session) encoders.push({ session, tokenizer: await openTokenizer(join(dir, tokenizer)) })
    }
    if (encoders.length === 0) throw new AppError('model-broken', 'the model has no text encoder')
    const vae = openVae(need('vae_decoder'), sessions.get('vae_encoder'), layout)
    const pipeline = {
      checkpoint,
      layout,
      scheduler,
      defaults: defaultsOf(checkpoint, layout, scheduler),
      encoders,
      unet: openUnet(need('unet'), layout),
      vae,
      previews: openPreviews(vae, layout),
    }
    return {
      tasks: { [textToImageTask.id]: textToImage(pipeline), [imageToImageTask.id]: imageToImage(pipeline) },
      dispose: () => closeAll(sessions),
    }
  } catch (error) {
    await closeAll(sessions)
    throw error
  }
}
