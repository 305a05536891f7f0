import type { Picture } from '@hearth/media'
import { floatData, type OnnxSession } from '@hearth/runtime/onnx'
import { suppress } from '@hearth/tracking'
import type { Detected, Detector } from './detector.ts'
import { letterbox } from './letterbox.ts'

const strides = [8, 16, 32] as const
const parts = ['cls', 'obj', 'bbox', 'kps'] as const
const overlap = 0.3
/** Larger pictures are scaled down to this side: faces from 10 pixels there are found. */
const largest = 640
/** BGR levels as they are. */
const plain = { mean: 0, factor: 1, order: [2, 1, 0] } as const

export function isYunet(session: OnnxSession): boolean {
  const names = new Set(session.outputs.map(({ name }) => name))
  return parts.every(part => strides.every(stride => names.has(`${part}_${stride}`)))
}

/**
 * YuNet of the OpenCV zoo, with the results of OpenCV's FaceDetectorYN.
 *
 * @param size of the input; undefined where the graph takes any multiple of 32.
 */
export function yunet(session: OnnxSession, size: [number, number] | undefined): Detector {
  const input = session.inputs[0]?.name ?? 'input'
  return async (picture, { min_score, max_faces }) => {
    const [widest, highest] = size ?? [largest, largest]
    const scale = Math.min(1, widest / picture.width, highest / picture.height)
    const resized = [fitted(picture.width, scale), fitted(picture.height, scale)] as const
    const [columns, rows] = size ?? [upTo32(resized[0]), upTo32(resized[1])]
    const data = letterbox(picture, resized, [columns, rows], plain)
    const result = await session.run({ [input]: { type: 'float32', data, dims: [1, 3, rows, columns] } })
    const output = (name: string) => {
      const tensor = result[name]
      return tensor ? floatData(tensor) : new Float32Array()
    }
    const found = strides.flatMap(stride => {
      const [cls, obj, bbox, kps] = parts.map(part => output(`${part}_${stride}`))
      if (!cls || !obj || !bbox || !kps) return []
      return decode({ cls, obj, bbox, kps }, stride, columns, min_score)
    })
    return withoutDoubles(found)
      .slice(0, max_faces)
      .map(face => placed(face, resized, picture))
  }
}

const fitted = (side: number, scale: number) => Math.max(1, Math.round(side * scale))
const upTo32 = (side: number) => Math.ceil(side / 32) * 32
const unit = (value: number) => Math.min(1, Math.max(0, value))

function decode(
  raw: { cls: Float32Array; obj: Float32Array; bbox: Float32Array; kps: Float32Array },
  stride: number,
  width: number,
  minScore: number,
): Detected[] {
  const cells = Math.floor(width / stride)
  const found: Detected[] = []
  for (let row = 0; row < raw.cls.length; row++) {
    const score = Math.sqrt(unit(raw.cls[row] ?? 0) * unit(raw.obj[row] ?? 0))
    if (score < minScore) continue
    const column = row % cells
    const line = Math.floor(row / cells)
    const box = (index: number) => raw.bbox[4 * row + index] ?? 0
    const [x, y] = [(column + box(0)) * stride, (line + box(1)) * stride]
    const [halfWidth, halfHeight] = [(Math.exp(box(2)) * stride) / 2, (Math.exp(box(3)) * stride) / 2]
    const kps = (index: number) => raw.kps[10 * row + index] ?? 0
    found.push({
      score,
      bbox: [x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight],
      points: [0, 2, 4, 6, 8].map(at => [(kps(at) + column) * stride, (kps(at + 1) + line) * stride]),
    })
  }
  return found
}

/** OpenCV compares boxes cut down to whole pixels. */
function withoutDoubles(found: readonly Detected[]): Detected[] {
  const whole = found.map(face => {
    const [x1, y1, x2, y2] = face.bbox
    const [x, y] = [Math.trunc(x1), Math.trunc(y1)]
    const bbox: Detected['bbox'] = [x, y, x + Math.trunc(x2 - x1), y + Math.trunc(y2 - y1)]
    return { bbox, score: face.score, face }
  })
  return suppress(whole, overlap).map(({ face }) => face)
}

function placed({ bbox, score, points }: Detected, resized: readonly [number, number], picture: Picture): Detected {
  const [sx, sy] = [picture.width / resized[0], picture.height / resized[1]]
  return {
    score,
    bbox: [bbox[0] * sx, bbox[1] * sy, bbox[2] * sx, bbox[3] * sy],
    points: points.map(([x, y]) => [x * sx, y * sy]),
  }
}
