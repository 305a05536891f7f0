import { defineFamily } from '@hearth/contract'
import { z } from 'zod'
import { task as readText } from '../../read-text/spec.ts'
import { findFiles } from './layout.ts'

/** The process itself with onnxruntime and sharp in it, a large picture and a line of text being looked at. */
const base = 400 * 2 ** 20
/** Bytes that the detector takes at its peak for each pixel it looks at. */
const perPixel = 260

const wanted = z.object({ max_side: z.int().default(960) })

/** PaddleOCR's text detectors and recognisers (DBNet and SVTR/CRNN), as ONNX files. */
export const family = defineFamily({
  id: 'paddle-ocr',
  title: 'PaddleOCR',
  engine: 'onnx',
  tasks: [readText.id],
  async describe(folder) {
    if (!findFiles(folder.files.map(({ path }) => path))) return undefined
    return { title: 'PaddleOCR', tasks: [readText.id], precision: 'fp32', defaults: {} }
  },
  estimate(checkpoint, input) {
    const parsed = wanted.safeParse(input ?? {})
    const side = parsed.success ? parsed.data.max_side : 960
    return base + 2 * checkpoint.bytes + perPixel * side * side
  },
  work: () => 1,
})
