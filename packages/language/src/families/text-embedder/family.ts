import { defineFamily } from '@hearth/contract'
import { task } from '../../embed-text/spec.ts'
import { estimateEncoder, guessTokens, sizeDefaults } from '../../encoder/estimate.ts'
import { readEmbedder } from './layout.ts'
import { readRecipe } from './pooling.ts'

/** Encoders whose states become one vector for each text, as ONNX graphs. How they become one: `pooling.ts`. */
export const family = defineFamily({
  id: 'text-embedder',
  title: 'Text embedder',
  engine: 'onnx',
  tasks: [task.id],
  async describe(folder) {
    const layout = await readEmbedder(folder)
    if (!layout) return undefined
    // A folder with steps that are not supported is told as broken, with the reason.
    await readRecipe(folder, {})
    const { config, precision } = layout
    const cuts = config.matryoshka_dimensions
    return {
      title: config.model_type === '' ? 'Text embedder' : `Text embedder (${config.model_type})`,
      tasks: [task.id],
      precision,
      defaults: { ...sizeDefaults(layout), ...(cuts ? { matryoshka_dimensions: cuts } : {}) },
    }
  },
  estimate(checkpoint, input) {
    const parsed = task.input.safeParse(input)
    if (!parsed.success) return estimateEncoder(checkpoint)
    return estimateEncoder(
      checkpoint,
      parsed.data.texts.reduce((most, text) => Math.max(most, guessTokens(text)), 0),
    )
  },
  work(input) {
    const parsed = task.input.safeParse(input)
    return parsed.success ? parsed.data.texts.reduce((sum, text) => sum + guessTokens(text), 0) : 1
  },
})
