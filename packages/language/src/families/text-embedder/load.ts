import { AppError, type Load } from '@hearth/contract'
import type { TensorInfo } from '@hearth/runtime/onnx'
import { z } from 'zod'
import { task } from '../../embed-text/spec.ts'
import { openFolder } from '../../encoder/folder.ts'
import { openGraph } from '../../encoder/graph.ts'
import { openWords } from '../../encoder/words.ts'
import { embedText } from './embed-text.ts'
import { readEmbedder } from './layout.ts'
import { readRecipe } from './pooling.ts'

const own = z.looseObject({
  max_tokens: z.int().positive().optional(),
  matryoshka_dimensions: z.array(z.int().positive()).default([]),
})

/** What exports call the states of all tokens, then what they call a vector that they have pooled themselves. */
const outputs = ['last_hidden_state', 'token_embeddings', 'sentence_embedding']

export const load: Load = async (checkpoint, placement) => {
  const { dir, defaults } = checkpoint
  const folder = await openFolder(dir)
  const layout = await readEmbedder(folder)
  if (!layout) throw new AppError('model-broken', `${dir} holds no text embedder`)
  const recipe = await readRecipe(folder, defaults)
  const { max_tokens: most = layout.maxTokens, matryoshka_dimensions: cuts } = own.parse(defaults)
  const words = await openWords(dir)
  const graph = await openGraph(dir, layout, words.pad, placement)
  const output = outputOf(graph.outputs)
  if (!output) {
    await graph.dispose()
    throw new AppError('model-broken', `${layout.graph} of ${dir} gives no states of tokens`)
  }
  const declared = output.dims.at(-1)
  const embedder = {
    ...recipe,
    words,
    graph,
    output: output.name,
    size: typeof declared === 'number' && declared > 0 ? declared : layout.hiddenSize,
    cuts: cuts.length > 0 ? cuts : (layout.config.matryoshka_dimensions ?? []),
    maxTokens: Math.min(layout.maxTokens, most),
  }
  return { tasks: { [task.id]: embedText(embedder) }, dispose: () => graph.dispose() }
}

function outputOf(declared: readonly TensorInfo[]): TensorInfo | undefined {
  const named = outputs.flatMap(name => declared.find(output => output.name === name) ?? [])
  return named[0] ?? declared.find(({ dims }) => dims.length === 3)
}
