import { AppError } from '@hearth/contract'
import { floatData, type OnnxSession, type Tensor } from '@hearth/runtime/onnx'
import { suppress } from '@hearth/tracking'
import type { Detected, Detector } from './detector.ts'
import { letterbox } from './letterbox.ts'

const strides = [8, 16, 32] as const
const overlap = 0.4
/** RGB around zero. */
const normalised = { mean: 127.5, factor: 1 / 128, order: [0, 1, 2] } as const
/** Numbers a row: score, distances to the sides of the box, five points. */
const widths = { score: 1, box: 4, points: 10 } as const

/** Nine outputs without telling names: scores, boxes and points for three strides. */
export function isScrfd(session: OnnxSession): boolean {
  const [input] = session.inputs
  return session.outputs.length === 9 && session.inputs.length === 1 && input?.dims.length === 4 && input.dims[1] === 3
}

/** SCRFD with five points, with the results of InsightFace's own detector. */
export function scrfd(session: OnnxSession, [columns, rows]: [number, number]): Detector {
  const input = session.inputs[0]?.name ?? 'input.1'
  return async (picture, { min_score, max_faces }) => {
    const slim = picture.height / picture.width > rows / columns
    const height = slim ? rows : Math.trunc(columns * (picture.height / picture.width))
    const width = slim ? Math.trunc(rows / (picture.height / picture.width)) : columns
    const resized = [Math.max(1, width), Math.max(1, height)] as const
    const scale = resized[1] / picture.height
    const data = letterbox(picture, resized, [columns, rows], normalised)
    const result = await session.run({ [input]: { type: 'float32', data, dims: [1, 3, rows, columns] } })
    const levels = byStride(Object.values(result))
    const found = levels.flatMap((level, index) => decode(level, strides[index] ?? 8, columns, rows, min_score))
    return withoutDoubles(found.map(face => placed(face, scale))).slice(0, max_faces)
  }
}

interface Level {
  score: Float32Array
  box: Float32Array
  points: Float32Array
}

/** Sorts outputs by what they hold and by how many rows they have: files differ in names and order. */
function byStride(outputs: readonly Tensor[]): Level[] {
  const sorted = (width: number) =>
    outputs
      .filter(({ dims }) => dims.at(-1) === width)
      .map(floatData)
      .toSorted((a, b) => b.length - a.length)
  const [scores, boxes, points] = [sorted(widths.score), sorted(widths.box), sorted(widths.points)]
  return strides.map((stride, index) => {
    const [score, box, point] = [scores[index], boxes[index], points[index]]
    if (!score || !box || !point || box.length !== 4 * score.length || point.length !== 10 * score.length) {
      throw new AppError('model-broken', `the detector gives no scores, boxes and points for stride ${stride}`)
    }
    return { score, box, points: point }
  })
}

function decode(level: Level, stride: number, width: number, height: number, minScore: number): Detected[] {
  const cells = Math.floor(width / stride)
  const anchors = level.score.length / (cells * Math.floor(height / stride))
  const found: Detected[] = []
  for (let row = 0; row < level.score.length; row++) {
    const score = level.score[row] ?? 0
    if (score < minScore) continue
    const cell = Math.floor(row / anchors)
    const [x, y] = [(cell % cells) * stride, Math.floor(cell / cells) * stride]
    const box = (index: number) => (level.box[4 * row + index] ?? 0) * stride
    const kps = (index: number) => (level.points[10 * row + index] ?? 0) * stride
    found.push({
      score,
      bbox: [x - box(0), y - box(1), x + box(2), y + box(3)],
      points: [0, 2, 4, 6, 8].map(at => [x + kps(at), y + kps(at + 1)]),
    })
  }
  return found
}

/** InsightFace counts the pixels of both borders. */
function withoutDoubles(found: readonly Detected[]): Detected[] {
  const wider = found.map(face => {
    const [x1, y1, x2, y2] = face.bbox
    const bbox: Detected['bbox'] = [x1, y1, x2 + 1, y2 + 1]
    return { bbox, score: face.score, face }
  })
  return suppress(wider, overlap).map(({ face }) => face)
}

function placed({ bbox, score, points }: Detected, scale: number): Detected {
  return {
    score,
    bbox: [bbox[0] / scale, bbox[1] / scale, bbox[2] / scale, bbox[3] / scale],
    points: points.map(([x, y]) => [x / scale, y / scale]),
  }
}
