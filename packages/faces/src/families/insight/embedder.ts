import type { Point } from '@hearth/contract'
import type { Picture } from '@hearth/media'
import { floatData, type OnnxSession } from '@hearth/runtime/onnx'
import { estimateSimilarity, warp } from '../../engine/similarity-transform.ts'
import { unitLength } from '../../engine/unit-length.ts'

const side = 112
const batch = 8
/** Where the five points come to lie in a face of 112 x 112; embedders are trained on faces that are aligned so. */
const template: readonly Point[] = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
]

/** Turns faces into vectors of unit length. */
export interface FaceEmbedder {
  dimensions: number
  embed(picture: Picture, faces: readonly (readonly Point[])[]): Promise<Float32Array<ArrayBuffer>[]>
}

/** The face at 112 x 112, its five points where embedders expect them. */
export function alignFace(picture: Picture, points: readonly Point[]): Picture {
  return warp(picture, estimateSimilarity(points, template), side, side)
}

/** Told from a graph's own input (112 x 112 RGB) and output (one vector); undefined if it is no embedder. */
export function embedderOf(session: OnnxSession): FaceEmbedder | undefined {
  const [input, ...moreInputs] = session.inputs
  const [output, ...moreOutputs] = session.outputs
  if (!input || !output || moreInputs.length > 0 || moreOutputs.length > 0) return undefined
  const [count, ...shape] = input.dims
  const dimensions = output.dims.at(-1)
  if (shape.join() !== `3,${side},${side}` || typeof dimensions !== 'number' || dimensions < 64) return undefined
  // Graphs that came from MXNet (SFace, early ArcFace) carry these names and normalise by themselves.
  const normalises = input.name === 'data' && output.name === 'fc1'
  const [mean, factor] = normalises ? [0, 1] : [127.5, 1 / 127.5]
  const atOnce = count === 1 ? 1 : batch
  return {
    dimensions,
    async embed(picture, faces) {
      const vectors: Float32Array<ArrayBuffer>[] = []
      for (let start = 0; start < faces.length; start += atOnce) {
        const some = faces.slice(start, start + atOnce).map(points => alignFace(picture, points))
        const data = planes(some, mean, factor)
        const dims = [some.length, 3, side, side]
        const result = await session.run({ [input.name]: { type: 'float32', data, dims } })
        const tensor = result[output.name]
        const values = tensor ? floatData(tensor) : new Float32Array()
        some.forEach((_, row) => {
          vectors.push(unitLength(values.subarray(row * dimensions, (row + 1) * dimensions)))
        })
      }
      return vectors
    },
  }
}

/** RGB faces as N x 3 x 112 x 112. */
function planes(faces: readonly Picture[], mean: number, factor: number): Float32Array {
  const plane = side * side
  const tensor = new Float32Array(faces.length * 3 * plane)
  for (const [face, { data }] of faces.entries()) {
    for (let pixel = 0; pixel < plane; pixel++) {
      for (let channel = 0; channel < 3; channel++) {
        tensor[(3 * face + channel) * plane + pixel] = ((data[3 * pixel + channel] ?? 0) - mean) * factor
      }
    }
  }
  return tensor
}
