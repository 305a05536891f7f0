import { AppError, type Load } from '@hearth/contract'
import { z } from 'zod'
import { openFolder } from '../../encoder/folder.ts'
import { openGraph } from '../../encoder/graph.ts'
import { openWords } from '../../encoder/words.ts'
import { task } from '../../rerank/spec.ts'
import { readReranker } from './layout.ts'
import { rerank } from './rerank.ts'

const own = z.looseObject({ max_tokens: z.int().positive().optional() })

export const load: Load = async ({ dir, defaults }, placement) => {
  const layout = await readReranker(await openFolder(dir))
  if (!layout) throw new AppError('model-broken', `${dir} holds no reranker`)
  const { max_tokens: most = layout.maxTokens } = own.parse(defaults)
  const words = await openWords(dir)
  const graph = await openGraph(dir, layout, words.pad, placement)
  const output = graph.outputs.find(({ name }) => name === 'logits') ?? graph.outputs[0]
  if (!output) {
    await graph.dispose()
    throw new AppError('model-broken', `${layout.graph} of ${dir} gives nothing`)
  }
  const reranker = { words, graph, output: output.name, maxTokens: Math.min(layout.maxTokens, most) }
  return { tasks: { [task.id]: rerank(reranker) }, dispose: () => graph.dispose() }
}
