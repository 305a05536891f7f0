import { AppError, type Bbox, type Point } from '@hearth/contract'
import type { Picture } from '@hearth/media'
import type { OnnxSession } from '@hearth/runtime/onnx'
import type { FaceSearch } from '../../engine/face-engine.ts'
import { isScrfd, scrfd } from './scrfd.ts'
import { isYunet, yunet } from './yunet.ts'

/** A face with its five points as the viewer sees them: left eye, right eye, nose, left and right corner of the mouth. */
export interface Detected {
  bbox: Bbox
  score: number
  points: Point[]
}

export type Detector = (picture: Picture, search: FaceSearch) => Promise<Detected[]>

/** The side of the square that pictures are fitted into where the graph takes any size. */
const usualSide = 640

/** Told from a graph's own inputs and outputs; undefined if it is no detector that is known. */
export function detectorOf(session: OnnxSession): Detector | undefined {
  const size = inputSize(session)
  if (isYunet(session)) return yunet(session, size)
  if (isScrfd(session)) return scrfd(session, size ?? [usualSide, usualSide])
  return undefined
}

/** [width, height] of the input; undefined where it takes any. */
function inputSize(session: OnnxSession): [number, number] | undefined {
  const [height, width] = session.inputs[0]?.dims.slice(2) ?? []
  if (typeof height !== 'number' || typeof width !== 'number' || height < 1 || width < 1) return undefined
  if (height % 32 !== 0 || width % 32 !== 0) {
    throw new AppError('model-broken', `the detector's input is ${width} x ${height}, not a multiple of 32`)
  }
  return [width, height]
}
