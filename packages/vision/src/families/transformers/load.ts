import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type Checkpoint, type Executor, type Load, type Placement } from '@hearth/contract'
import { task as classifyImageTask } from '../../classify-image/spec.ts'
import { task as classifyZeroShotTask } from '../../classify-zero-shot/spec.ts'
import { detectInVideo } from '../../detect-in-video/run.ts'
import { task as detectInVideoTask } from '../../detect-in-video/spec.ts'
import { task as detectObjectsTask } from '../../detect-objects/spec.ts'
import { task as embedImageTask } from '../../embed-image/spec.ts'
import { task as estimateDepthTask } from '../../estimate-depth/spec.ts'
import { task as removeBackgroundTask } from '../../remove-background/spec.ts'
import { classifyImage } from './classify-image.ts'
import { classifyZeroShot } from './classify-zero-shot.ts'
import { detectFrames, detectObjects } from './detect-objects.ts'
import { embedImage } from './embed-image.ts'
import { estimateDepth } from './estimate-depth.ts'
import { type ImageProcessor, openImageProcessor } from './image-processor.ts'
import { type Layout, readLayout } from './layout.ts'
import { type Graph, openGraph, openWords } from './library.ts'
import type { Looker } from './looking.ts'
import { removeBackground } from './remove-background.ts'

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new AppError('model-broken', `${path} cannot be read`, { hint: 'Pull the model again.', cause })
  }
}

/** What the folder of a checkpoint says of itself. Throws `model-broken` where it is not understood. */
async function readFolder({ dir }: Checkpoint): Promise<{ layout: Layout; processor: ImageProcessor }> {
  const paths = (await readdir(dir, { recursive: true })).map(path => path.replaceAll('\\', '/'))
  const layout = readLayout(new Set(paths), await readJson(join(dir, 'config.json')))
  if (!layout) throw new AppError('model-broken', `${dir} is not in the layout of transformers.js`)
  const processor = openImageProcessor(await readJson(join(dir, 'preprocessor_config.json')), layout.modelType)
  return { layout, processor }
}

/** Tasks of models that have one graph. */
const byLooking: Record<string, (looker: Looker) => Executor<never>> = {
  [classifyImageTask.id]: classifyImage,
  [detectObjectsTask.id]: detectObjects,
  [detectInVideoTask.id]: looker => detectInVideo(detectFrames(looker)),
  [estimateDepthTask.id]: estimateDepth,
  [removeBackgroundTask.id]: removeBackground,
}

/** Graphs that are opened when they are first needed: nobody needs all of those that a pair comes in. */
function openLazily(checkpoint: Checkpoint, layout: Layout, placement: Placement) {
  const graphs = new Map<string, Promise<Graph>>()
  return {
    graph(name: string): Promise<Graph> {
      const known = graphs.get(name) ?? openGraph(checkpoint, layout, name, placement)
      graphs.set(name, known)
      return known
    },
    async dispose() {
      const opened = await Promise.allSettled(graphs.values())
      for (const outcome of opened) if (outcome.status === 'fulfilled') await outcome.value.dispose()
    },
  }
}

export const load: Load = async (checkpoint, placement) => {
  const { layout, processor } = await readFolder(checkpoint)
  const { graph, dispose } = openLazily(checkpoint, layout, placement)
  // What the model is there for first is opened now, so that a broken file is told when it is loaded.
  const first = await graph(layout.towers ? 'vision_model' : 'model')
  if (layout.kind !== 'pair') {
    const looker = { layout, processor, graph: first }
    const tasks = layout.tasks.map(id => [id, byLooking[id]?.(looker)] as const)
    return { tasks: Object.fromEntries(tasks.flatMap(([id, run]) => (run ? [[id, run]] : []))), dispose }
  }
  const pair = { layout, processor, words: await openWords(checkpoint, layout.longestText), graph }
  return {
    tasks: {
      [embedImageTask.id]: embedImage(pair),
      ...(layout.whole ? { [classifyZeroShotTask.id]: classifyZeroShot(pair) } : {}),
    },
    dispose,
  }
}
