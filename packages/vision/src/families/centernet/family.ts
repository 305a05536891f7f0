import { defineFamily } from '@hearth/contract'
import { task as detectInVideo } from '../../detect-in-video/spec.ts'
import { task as detectObjects } from '../../detect-objects/spec.ts'

/** The process itself with onnxruntime and sharp in it, and a large picture being looked at. */
const base = 400 * 2 ** 20

/** CenterNet on MobileNet V3, in the layout of the human library: the graph picks the peaks itself. */
export const family = defineFamily({
  id: 'centernet',
  title: 'CenterNet',
  engine: 'onnx',
  tasks: [detectObjects.id, detectInVideo.id],
  // Halves unfold where fp32 computes.
  estimate: checkpoint => base + 4 * checkpoint.bytes,
  work: () => 1,
})
