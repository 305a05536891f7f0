import { AppError, type Load } from '@hearth/contract'
import { z } from 'zod'
import { openFolder } from '../../encoder/folder.ts'
import { openGraph } from '../../encoder/graph.ts'
import { openWords } from '../../encoder/words.ts'
import { task } from '../../moderate/spec.ts'
import { readClassifier } from './layout.ts'
import { moderate } from './moderate.ts'

const own = z.looseObject({ max_tokens: z.int().positive().optional() })

export const load: Load = async ({ dir, defaults }, placement) => {
  const layout = await readClassifier(await openFolder(dir))
  if (!layout) throw new AppError('model-broken', `${dir} holds no classifier whose labels say what is wrong`)
  const { max_tokens: most = layout.maxTokens } = own.parse(defaults)
  const words = await openWords(dir)
  const graph = await openGraph(dir, layout, words.pad, placement)
  const output = graph.outputs.find(({ name }) => name === 'logits') ?? graph.outputs[0]
  if (!output) {
    await graph.dispose()
    throw new AppError('model-broken', `${layout.graph} of ${dir} gives nothing`)
  }
  const { labels, apart, maxTokens } = layout
  const classifier = { words, graph, output: output.name, labels, apart, maxTokens: Math.min(maxTokens, most) }
  return { tasks: { [task.id]: moderate(classifier) }, dispose: () => graph.dispose() }
}
