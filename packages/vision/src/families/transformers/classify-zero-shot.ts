import { perform } from '@hearth/contract'
import { task } from '../../classify-zero-shot/spec.ts'
import { need, sigmoid, softmax } from './looking.ts'
import { type Pair, runWhole, seePicture } from './pair.ts'

const steps = 2

/** Says which of the labels given fits: shares of one for CLIP, each for itself for SigLIP. */
export function classifyZeroShot(pair: Pair) {
  return perform(task, async (input, context) => {
    const { picture, pixels } = await seePicture(pair, input.image, context)
    context.progress(1, steps)
    context.signal.throwIfAborted()
    // A function, since a label may hold what `replace` takes for a pattern.
    const texts = input.labels.map(label => input.hypothesis_template.replace('{}', () => label))
    const { data } = need(await runWhole(pair, pixels, texts), 'logits_per_image')
    context.progress(steps, steps)
    const scores = pair.layout.modelType === 'siglip' ? Array.from(data, sigmoid) : softmax(data)
    const classes = input.labels.map((label, i) => ({ label, score: scores[i] ?? 0 })).sort((a, b) => b.score - a.score)
    return { width: picture.width, height: picture.height, classes }
  })
}
