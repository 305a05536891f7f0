import { defineFamily } from '@hearth/contract'
import { estimateEncoder, guessTokens, sizeDefaults } from '../../encoder/estimate.ts'
import { task } from '../../moderate/spec.ts'
import { readClassifier } from './layout.ts'

/** Encoders that tell what kind of wrong a text is, as ONNX graphs. What their labels mean: `labels.ts`. */
export const family = defineFamily({
  id: 'text-classifier',
  title: 'Text classifier',
  engine: 'onnx',
  tasks: [task.id],
  async describe(folder) {
    const layout = await readClassifier(folder)
    if (!layout) return undefined
    const { config, precision } = layout
    const title = config.model_type === '' ? 'Text classifier' : `Text classifier (${config.model_type})`
    return { title, tasks: [task.id], precision, defaults: sizeDefaults(layout) }
  },
  estimate(checkpoint, input) {
    const parsed = task.input.safeParse(input)
    if (!parsed.success) return estimateEncoder(checkpoint)
    const longest = [parsed.data.input].flat().reduce((most, text) => Math.max(most, guessTokens(text)), 0)
    return estimateEncoder(checkpoint, longest)
  },
  work(input) {
    const parsed = task.input.safeParse(input)
    return parsed.success ? [parsed.data.input].flat().reduce((sum, text) => sum + guessTokens(text), 0) : 1
  },
})
