import { type Checkpoint, defineFamily } from '@hearth/contract'
import { task as classifyImage } from '../../classify-image/spec.ts'
import { task as classifyZeroShot } from '../../classify-zero-shot/spec.ts'
import { task as detectInVideo } from '../../detect-in-video/spec.ts'
import { task as detectObjects } from '../../detect-objects/spec.ts'
import { task as embedImage } from '../../embed-image/spec.ts'
import { task as estimateDepth } from '../../estimate-depth/spec.ts'
import { task as removeBackground } from '../../remove-background/spec.ts'
import { readLayout, sightOf } from './layout.ts'

const mebibyte = 2 ** 20
/** The process itself, with onnxruntime, transformers.js and sharp in it, and a large picture being looked at. */
const base = 400 * mebibyte

/** Bytes that weights and what is computed with them take, over their size on disk; halves unfold where fp32 computes. */
const factors = { fp32: 1.6, fp16: 3, mixed: 3, int8: 4 } as const

/** Bytes that a model takes at its peak for each pixel it looks at: what draws a value for every pixel takes most. */
const perPixel: Record<string, number> = {
  [removeBackground.id]: 4800,
  [estimateDepth.id]: 1500,
  [detectObjects.id]: 900,
}

function workingBytes({ defaults, tasks }: Checkpoint): number {
  const { width, height } = defaults
  if (typeof width !== 'number' || typeof height !== 'number') return 0
  return Math.max(0, ...tasks.map(task => perPixel[task] ?? 0)) * width * height
}

/** What models of this layout are called in the list of models, by what they do. */
const titles = {
  classifier: 'Image classifier',
  detector: 'Object detector',
  depth: 'Depth estimator',
  matting: 'Background remover',
  pair: 'Image and text embedder',
} as const

/** Models that look at pictures, as ONNX graphs in the layout of transformers.js. */
export const family = defineFamily({
  id: 'transformers',
  title: 'Transformers',
  engine: 'onnx',
  tasks: [
    detectObjects.id,
    detectInVideo.id,
    classifyImage.id,
    classifyZeroShot.id,
    embedImage.id,
    estimateDepth.id,
    removeBackground.id,
  ],
  async describe(folder) {
    const paths = new Set(folder.files.map(({ path }) => path))
    const layout = readLayout(paths, await folder.json('config.json'))
    if (!layout) return undefined
    const { tasks, precision, kind, modelType } = layout
    const sight = sightOf(await folder.json('preprocessor_config.json'))
    const title = modelType ? `${titles[kind]} (${modelType})` : titles[kind]
    return { title, tasks, precision, defaults: { ...sight } }
  },
  estimate: checkpoint => Math.ceil(base + factors[checkpoint.precision] * checkpoint.bytes + workingBytes(checkpoint)),
  // One picture is one picture: it is scaled to what the model takes.
  work: () => 1,
})
