import { AppError, perform } from '@hearth/contract'
import { cropPicture, decodePicture, type Picture, resizePillow } from '@hearth/media'
import { floatData, type OnnxSession } from '@hearth/runtime/onnx'
import { task } from '../../classify-image/spec.ts'

/** Share of the shorter side that the models were tested on: 224 of 256. */
const middle = 224 / 256

/** What the model looks at: the middle of the picture as a square of `side` pixels, 0 to 255, channels interleaved. */
export function prepare(picture: Picture, side: number): Float32Array {
  const cut = Math.max(1, Math.round(Math.min(picture.width, picture.height) * middle))
  const square = cropPicture(picture, cut, cut)
  return Float32Array.from(resizePillow(square, { width: side, height: side, filter: 'bicubic' }).data)
}

/** Throws `model-broken` where the graph does not take squares of a fixed size. */
export function classifyImage(session: OnnxSession, labels: readonly string[]) {
  const side = session.inputs[0]?.dims[1]
  if (typeof side !== 'number') throw new AppError('model-broken', 'the model does not say what size it takes')
  return perform(task, async (input, context) => {
    const picture = await decodePicture(await context.read(input.image))
    const data = prepare(picture, side)
    context.signal.throwIfAborted()
    const results = await session.run({ image: { type: 'float32', data, dims: [1, side, side, 3] } })
    const scores = results.probabilities
    if (!scores) throw new AppError('model-broken', 'the model gives no probabilities')
    context.progress(1, 1)
    const classes = Array.from(floatData(scores), (score, id) => ({ label: labels[id] ?? `class ${id}`, score }))
      .filter(({ score }) => score >= input.min_score)
      .sort((a, b) => b.score - a.score)
      .slice(0, input.top_k)
    return { width: picture.width, height: picture.height, classes }
  })
}
