import { defineFamily } from '@hearth/contract'
import { estimateEncoder, guessTokens, sizeDefaults } from '../../encoder/estimate.ts'
import { task } from '../../rerank/spec.ts'
import { readReranker } from './layout.ts'

/** Cross-encoders that read a question and a document together and score them, as ONNX graphs. */
export const family = defineFamily({
  id: 'reranker',
  title: 'Reranker',
  engine: 'onnx',
  tasks: [task.id],
  async describe(folder) {
    const layout = await readReranker(folder)
    if (!layout) return undefined
    const { config, precision } = layout
    const title = config.model_type === '' ? 'Reranker' : `Reranker (${config.model_type})`
    return { title, tasks: [task.id], precision, defaults: sizeDefaults(layout) }
  },
  estimate(checkpoint, input) {
    const parsed = task.input.safeParse(input)
    if (!parsed.success) return estimateEncoder(checkpoint)
    const { query, documents } = parsed.data
    const longest = documents.reduce((most, text) => Math.max(most, guessTokens(text)), 0)
    return estimateEncoder(checkpoint, guessTokens(query) + longest)
  },
  work(input) {
    const parsed = task.input.safeParse(input)
    if (!parsed.success) return 1
    const { query, documents } = parsed.data
    return documents.reduce((sum, text) => sum + guessTokens(text), documents.length * guessTokens(query))
  },
})
