import type { CheckpointEntry } from '@hearth/contract'
import { z } from 'zod'
import { task as classifyImage } from '../../classify-image/spec.ts'
import { task as classifyZeroShot } from '../../classify-zero-shot/spec.ts'
import { task as detectInVideo } from '../../detect-in-video/spec.ts'
import { task as detectObjects } from '../../detect-objects/spec.ts'
import { task as embedImage } from '../../embed-image/spec.ts'
import { task as estimateDepth } from '../../estimate-depth/spec.ts'
import { task as removeBackground } from '../../remove-background/spec.ts'

/** The part of a checkpoint's config.json that is looked at. */
const modelConfig = z.looseObject({
  model_type: z.string().optional(),
  architectures: z.array(z.string()).nullish(),
  id2label: z.record(z.string(), z.string()).optional(),
  text_config: z.looseObject({ max_position_embeddings: z.int().positive().optional() }).optional(),
})

/** Endings of graph files, by the library's name for what they compute in; the first that is there is taken. */
const precisions = {
  fp32: { suffix: '', precision: 'fp32' },
  fp16: { suffix: '_fp16', precision: 'fp16' },
  q8: { suffix: '_quantized', precision: 'int8' },
  int8: { suffix: '_int8', precision: 'int8' },
  uint8: { suffix: '_uint8', precision: 'int8' },
} as const satisfies Record<string, { suffix: string; precision: CheckpointEntry['precision'] }>
export type Dtype = keyof typeof precisions

/** A model of one graph: pixels in, one kind of finding out. */
type Kind = 'classifier' | 'detector' | 'depth' | 'matting' | 'pair'

const kinds: Record<Kind, readonly string[]> = {
  classifier: [classifyImage.id],
  detector: [detectObjects.id, detectInVideo.id],
  depth: [estimateDepth.id],
  matting: [removeBackground.id],
  pair: [classifyZeroShot.id, embedImage.id],
}

/** Models whose code comes with their weights go by these names in `model_type` or among the architectures. */
const mattingNames = ['birefnet', 'isnet', 'modnet', 'briarmbg', 'ben']
const depthTypes = ['depth_anything', 'dpt', 'glpn']
/** With the longest row of tokens that each kind takes where its config does not say. */
const pairTypes: Record<string, number> = { clip: 77, siglip: 64 }

const side = z.number().int().positive().optional()
const sizeConfig = z.looseObject({
  size: z.union([z.number(), z.looseObject({ width: side, height: side, shortest_edge: side, longest_edge: side })]),
  max_size: side,
})

/** Pixels that a model looks at, at the most, by its preprocessor_config.json; undefined where it does not say. */
export function sightOf(config: unknown): { width: number; height: number } | undefined {
  const parsed = sizeConfig.safeParse(config)
  if (!parsed.success) return undefined
  const { size, max_size: most } = parsed.data
  if (typeof size === 'number') return { width: most ?? size, height: size }
  const height = size.height ?? size.shortest_edge
  const width = size.width ?? size.longest_edge ?? height
  return width === undefined || height === undefined ? undefined : { width, height }
}

export interface Layout {
  kind: Kind
  modelType: string
  /** Ids of tasks. */
  tasks: string[]
  dtype: Dtype
  precision: CheckpointEntry['precision']
  /** Graph of the whole model. */
  whole: boolean
  /** Graphs of the two halves of a pair. */
  towers: boolean
  /** Names of classes, by number. */
  labels: string[]
  /** Longest row of tokens; 0 for models that read none. */
  longestText: number
}

/** Conversions of models that transformers has no code for say little more of themselves than a type. */
function kindOf(modelType: string, architectures: readonly string[], classes: number): Kind | undefined {
  const names = [modelType, ...architectures].map(name => name.toLowerCase())
  if (names.some(name => mattingNames.includes(name))) return 'matting'
  if (architectures.some(name => name.endsWith('ForImageClassification'))) return 'classifier'
  if (architectures.some(name => name.endsWith('ForObjectDetection'))) return 'detector'
  if (architectures.some(name => name.endsWith('ForDepthEstimation'))) return 'depth'
  if (architectures.length === 0 && depthTypes.includes(modelType)) return 'depth'
  // BiRefNet's conversion goes by the name of its backbone; a classifier would say so and name its classes.
  if (architectures.length === 0 && modelType === 'swin' && classes === 0) return 'matting'
  return modelType in pairTypes ? 'pair' : undefined
}

function labelsOf(id2label: Record<string, string>): string[] {
  const count = Math.max(-1, ...Object.keys(id2label).map(Number)) + 1
  return Array.from({ length: count }, (_, id) => id2label[id] ?? `class ${id}`)
}

/**
 * What a folder in the layout of transformers.js holds, from its file names and config.json; undefined if it is of
 * another layout or of a kind that no task is served with.
 */
export function readLayout(paths: ReadonlySet<string>, config: unknown): Layout | undefined {
  const parsed = modelConfig.safeParse(config)
  if (!parsed.success || !paths.has('preprocessor_config.json')) return undefined
  const { model_type: modelType = '', architectures, id2label = {}, text_config: text } = parsed.data
  const labels = labelsOf(id2label)
  const kind = kindOf(modelType, architectures ?? [], labels.length)
  if (!kind) return undefined
  const words = paths.has('tokenizer.json')
  const longestText = kind === 'pair' ? (text?.max_position_embeddings ?? pairTypes[modelType] ?? 0) : 0
  for (const [dtype, { suffix, precision }] of Object.entries(precisions) as [Dtype, (typeof precisions)[Dtype]][]) {
    const has = (graph: string) => paths.has(`onnx/${graph}${suffix}.onnx`)
    const whole = has('model')
    const towers = kind === 'pair' && has('vision_model') && has('text_model')
    if (!(whole || towers) || (kind === 'pair' && !words)) continue
    // The scale between likeness and score is in the graph of the whole model alone.
    const tasks = kinds[kind].filter(task => whole || task !== classifyZeroShot.id)
    return { kind, modelType, tasks, dtype, precision, whole, towers, labels, longestText }
  }
  return undefined
}
