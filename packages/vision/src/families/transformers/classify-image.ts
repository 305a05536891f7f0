import { perform } from '@hearth/contract'
import { task } from '../../classify-image/spec.ts'
import { type Looker, look, need, softmax } from './looking.ts'

/** Says what a picture shows, out of the classes of the model. */
export function classifyImage(looker: Looker) {
  return perform(task, async (input, context) => {
    const { picture, results } = await look(looker, input.image, context)
    const scores = softmax(need(results, 'logits').data)
    const classes = Array.from(scores, (score, id) => ({ label: looker.layout.labels[id] ?? `class ${id}`, score }))
      .filter(({ score }) => score >= input.min_score)
      .sort((a, b) => b.score - a.score)
      .slice(0, input.top_k)
    return { width: picture.width, height: picture.height, classes }
  })
}
