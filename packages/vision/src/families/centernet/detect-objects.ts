import { AppError, perform } from '@hearth/contract'
import { decodePicture, type Picture, resizeTensorflow } from '@hearth/media'
import { floatData, type OnnxSession } from '@hearth/runtime/onnx'
import { suppress } from '@hearth/tracking'
import type { DetectFrame } from '../../detect-in-video/run.ts'
import { task } from '../../detect-objects/spec.ts'
import { chooseObjects, type FoundObject } from '../../found-objects.ts'

/** Values of one row of the result: x1, y1, x2, y2 in pixels of the square, score, class. */
const columns = 6
/** Two findings that share more than this are one. */
const overlap = 0.4

/** What the model looks at: the picture stretched to a square, 0 to 255, channels interleaved. */
export function prepare(picture: Picture, side: number): Float32Array {
  return resizeTensorflow(picture, side, side)
}

/** Rows of the result as objects in pixels of the picture, overlapping ones left out. */
export function readRows(
  rows: Float32Array,
  side: number,
  size: { width: number; height: number },
  labels: readonly string[],
): FoundObject[] {
  const across = size.width / side
  const down = size.height / side
  const found: FoundObject[] = []
  for (let at = 0; at + columns <= rows.length; at += columns) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, score = 0, id = 0] = rows.subarray(at, at + columns)
    const label = labels[id] ?? `class ${id}`
    found.push({ label, score, bbox: [x1 * across, y1 * down, x2 * across, y2 * down] })
  }
  return suppress(found, overlap)
}

/** Finds all that the model sees in a picture. Throws `model-broken` where the graph does not take squares of a fixed size. */
export function openDetector(session: OnnxSession, labels: readonly string[]): DetectFrame {
  const side = session.inputs[0]?.dims[1]
  if (typeof side !== 'number') throw new AppError('model-broken', 'the model does not say what size it takes')
  return async picture => {
    const data = prepare(picture, side)
    const results = await session.run({ image: { type: 'float32', data, dims: [1, side, side, 3] } })
    const rows = results.detections
    if (!rows) throw new AppError('model-broken', 'the model gives no detections')
    return readRows(floatData(rows), side, picture, labels)
  }
}

export function detectObjects(detect: DetectFrame) {
  return perform(task, async (input, context) => {
    const picture = await decodePicture(await context.read(input.image))
    context.signal.throwIfAborted()
    const found = await detect(picture)
    context.progress(1, 1)
    const { width, height } = picture
    return { width, height, objects: chooseObjects(found, input, picture, context) }
  })
}
