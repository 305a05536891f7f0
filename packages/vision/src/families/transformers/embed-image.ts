import { perform, type RunContext } from '@hearth/contract'
import { task } from '../../embed-image/spec.ts'
import { pixelFeeds } from './looking.ts'
import { blankPicture, needAny, type Pair, readTexts, runWhole, seePicture } from './pair.ts'

const steps = 2
/** What the picture's half is called by exports of CLIP and of SigLIP; that of words likewise. */
const imageNames = ['image_embeds', 'pooler_output']
const textNames = ['text_embeds', 'pooler_output']

/** A picture, or a sentence about one, as a vector of length one. */
export function embedImage(pair: Pair) {
  return perform(task, async (input, context) => {
    if (input.image === undefined) return vectorOf(await ofText(pair, input.text ?? '', context), context)
    const { picture, pixels } = await seePicture(pair, input.image, context)
    started(context)
    if (!pair.layout.towers) {
      const results = await runWhole(pair, pixels, ['a'])
      return { ...vectorOf(needAny(results, imageNames).data, context), width: picture.width, height: picture.height }
    }
    const graph = await pair.graph('vision_model')
    const { data } = needAny(await graph.run(pixelFeeds(graph, pixels)), imageNames)
    return { ...vectorOf(data, context), width: picture.width, height: picture.height }
  })
}

async function ofText(pair: Pair, text: string, context: RunContext): Promise<Float32Array> {
  started(context)
  if (!pair.layout.towers) {
    return needAny(await runWhole(pair, pair.processor.prepare(blankPicture()), [text]), textNames).data
  }
  const graph = await pair.graph('text_model')
  return needAny(await graph.run(readTexts(pair, [text])), textNames).data
}

function started(context: RunContext): void {
  context.progress(1, steps)
  context.signal.throwIfAborted()
}

function vectorOf(values: Float32Array, context: RunContext) {
  context.progress(steps, steps)
  const length = Math.hypot(...values)
  return { embedding: Array.from(values, value => value / length), dimensions: values.length }
}
