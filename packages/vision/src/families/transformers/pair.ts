import type { RunContext } from '@hearth/contract'
import { decodePicture, type Picture } from '@hearth/media'
import type { ImageProcessor } from './image-processor.ts'
import type { Layout } from './layout.ts'
import type { Feed, Graph, Result, Words } from './library.ts'
import { need, pixelFeeds } from './looking.ts'

/** A model that knows pictures and sentences: CLIP, SigLIP. Its graphs are opened when they are first needed. */
export interface Pair {
  layout: Layout
  processor: ImageProcessor
  words: Words
  graph(name: 'model' | 'vision_model' | 'text_model'): Promise<Graph>
}

/** Sentences as the model was trained to read them: CLIP as long as they are, SigLIP always at full length. */
export function readTexts({ layout, words }: Pair, texts: string[]): Record<string, Feed> {
  const { input_ids, attention_mask } = words.read(texts, layout.modelType === 'siglip' ? 'max_length' : 'longest')
  return { input_ids, attention_mask }
}

/** The picture as the model takes it, and progress told. */
export async function seePicture(pair: Pair, reference: string, context: RunContext) {
  const picture = await decodePicture(await context.read(reference))
  const pixels = pair.processor.prepare(picture)
  return { picture, pixels }
}

/** Any picture, for graphs that ask for one where only words matter. */
export function blankPicture(): Picture {
  return { width: 64, height: 64, channels: 3, data: new Uint8Array(64 * 64 * 3) }
}

/** Results of the whole model for one picture and some sentences. */
export async function runWhole(
  pair: Pair,
  pixels: { data: Float32Array; width: number; height: number },
  texts: string[],
): Promise<Record<string, Result>> {
  const graph = await pair.graph('model')
  return graph.run({ ...pixelFeeds(graph, pixels), ...readTexts(pair, texts) })
}

/** The first output there is, of a list of names that exports use for the same. */
export function needAny(results: Record<string, Result>, names: readonly string[]): Result {
  const name = names.find(candidate => candidate in results) ?? names[0] ?? ''
  return need(results, name)
}
