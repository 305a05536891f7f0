import { defineFamily } from '@hearth/contract'
import { task as removeBackground } from '../../remove-background/spec.ts'

/** The process itself with onnxruntime and sharp in it, and a large picture being cut out. */
const base = 480 * 2 ** 20

/** MediaPipe's selfie segmentation: tells people in front of a camera from what is behind them. */
export const family = defineFamily({
  id: 'selfie-segmentation',
  title: 'Selfie segmentation',
  engine: 'onnx',
  tasks: [removeBackground.id],
  // Halves unfold where fp32 computes.
  estimate: checkpoint => base + 4 * checkpoint.bytes,
  work: () => 1,
})
