import { AppError, perform } from '@hearth/contract'
import { decodePicture, type Picture, resizePillow } from '@hearth/media'
import { floatData, type OnnxSession } from '@hearth/runtime/onnx'
import { saveCutOut } from '../../cut-out.ts'
import { task } from '../../remove-background/spec.ts'

/** What the model looks at: the picture stretched to a square, 0 to 1, channels interleaved. */
export function prepare(picture: Picture, side: number): Float32Array {
  const { data } = resizePillow(picture, { width: side, height: side, filter: 'bilinear' })
  return Float32Array.from(data, value => value / 255)
}

/** Throws `model-broken` where the graph does not take squares of a fixed size. */
export function removeBackground(session: OnnxSession) {
  const side = session.inputs[0]?.dims[1]
  if (typeof side !== 'number') throw new AppError('model-broken', 'the model does not say what size it takes')
  return perform(task, async (input, context) => {
    const picture = await decodePicture(await context.read(input.image))
    const data = prepare(picture, side)
    context.signal.throwIfAborted()
    const results = await session.run({ image: { type: 'float32', data, dims: [1, side, side, 3] } })
    if (!results.mask) throw new AppError('model-broken', 'the model gives no mask')
    const shares = Uint8Array.from(floatData(results.mask), share => Math.round(Math.min(1, Math.max(0, share)) * 255))
    const square: Picture = { width: side, height: side, channels: 1, data: shares }
    context.progress(1, 1)
    context.signal.throwIfAborted()
    const mask = resizePillow(square, { width: picture.width, height: picture.height, filter: 'bilinear' })
    return saveCutOut(picture, mask, input, context)
  })
}
