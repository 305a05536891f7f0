import { AppError, type RunContext } from '@hearth/contract'
import { decodePicture, type Picture } from '@hearth/media'
import type { ImageProcessor, Pixels } from './image-processor.ts'
import type { Layout } from './layout.ts'
import type { Feed, Graph, Result } from './library.ts'

/** A model of one graph that looks at pictures. */
export interface Looker {
  layout: Layout
  processor: ImageProcessor
  graph: Graph
}

/** What every look at a picture consists of, for the report of progress. */
const steps = 2

/** The picture behind a reference, upright, and what the model gives for it. Stops between the two when it is aborted. */
export async function look(
  { graph, processor }: Looker,
  reference: string,
  context: RunContext,
): Promise<{ picture: Picture; results: Record<string, Result> }> {
  const picture = await decodePicture(await context.read(reference))
  const { data, width, height } = processor.prepare(picture)
  context.progress(1, steps)
  context.signal.throwIfAborted()
  const results = await graph.run(pixelFeeds(graph, { data, width, height }))
  context.progress(steps, steps)
  context.signal.throwIfAborted()
  return { picture, results }
}

/** Pixels under the name that the graph has for them; a mask that says that all of them count, where it asks for one. */
export function pixelFeeds(graph: Graph, pixels: Pixels): Record<string, Feed> {
  const only = graph.inputs.length === 1 ? graph.inputs[0] : undefined
  return {
    [only ?? 'pixel_values']: { type: 'float', data: pixels.data, dims: [1, 3, pixels.height, pixels.width] },
    // Its size is the one that exports of DETR are made with; the picture fills it.
    pixel_mask: { type: 'int64', data: new BigInt64Array(64 * 64).fill(1n), dims: [1, 64, 64] },
  }
}

/** Throws `model-broken` where the model has no such output. */
export function need(results: Record<string, Result>, name: string): Result {
  const result = results[name]
  if (!result) throw new AppError('model-broken', `the model gives no ${name}`)
  return result
}

/** Shares that add up to one, in double precision. */
export function softmax(values: Float32Array): Float64Array {
  const top = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const powers = Float64Array.from(values, value => Math.exp(value - top))
  const sum = powers.reduce((total, value) => total + value, 0)
  return powers.map(value => value / sum)
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value))
}
