import { defineFamily } from '@hearth/contract'
import { task as classifyImage } from '../../classify-image/spec.ts'

/** The process itself with onnxruntime and sharp in it, and a large picture being looked at. */
const base = 320 * 2 ** 20

/** EfficientNet-Lite in the layout of TensorFlow: one graph that normalises for itself, and its labels. */
export const family = defineFamily({
  id: 'efficientnet-lite',
  title: 'EfficientNet-Lite',
  engine: 'onnx',
  tasks: [classifyImage.id],
  // Halves unfold where fp32 computes.
  estimate: checkpoint => base + 4 * checkpoint.bytes,
  work: () => 1,
})
