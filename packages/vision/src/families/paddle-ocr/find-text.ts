import { type Picture, resizeOpencv } from '@hearth/media'
import type { OnnxSession } from '@hearth/runtime/onnx'
import { findBoxes, type TextBox } from './find-boxes.ts'
import { type Normalisation, pixelsOf, runGraph } from './run-graph.ts'

/** The network halves five times. */
const multiple = 32
/** ImageNet's, in the order in which PaddleOCR applies them: to blue, green, red. */
const normalisation: Normalisation = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] }

/** Size that a picture is looked at in: no side longer than `maxSide`, both whole multiples of 32. */
export function detectorSize(picture: { width: number; height: number }, maxSide: number): [number, number] {
  const ratio = Math.min(1, maxSide / Math.max(picture.width, picture.height))
  const side = (length: number) => Math.max(1, roundHalfEven(Math.trunc(length * ratio) / multiple)) * multiple
  return [side(picture.width), side(picture.height)]
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value)
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value)
}

/** Boxes around the text of an RGB picture. */
export async function findText(
  session: OnnxSession,
  picture: Picture,
  maxSide: number,
  minScore: number,
): Promise<TextBox[]> {
  const [width, height] = detectorSize(picture, maxSide)
  const scaled = resizeOpencv(picture, width, height)
  const map = await runGraph(session, pixelsOf(scaled, width, normalisation), width, height)
  return findBoxes({ width, height, data: map.data }, picture, minScore)
}
