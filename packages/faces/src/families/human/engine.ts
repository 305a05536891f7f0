import type { Bbox } from '@hearth/contract'
import { floatData, type OnnxSession } from '@hearth/runtime/onnx'
import type { FaceEngine, FoundFace } from '../../engine/face-engine.ts'
import { unitLength } from '../../engine/unit-length.ts'
import type { Embedder } from '../../face-fields.ts'
import { blazeface } from './blazeface.ts'
import { cutFaces } from './face-crop.ts'
import { faceMeshes, meshExpression, meshLandmarks, meshPose } from './face-mesh.ts'

/** Files of the family, each `<name>.onnx`. */
export const graphs = ['blazeface', 'facemesh', 'faceres', 'antispoof', 'liveness'] as const
export type Graph = (typeof graphs)[number]

/** The detector takes cats and cups for faces; the mesh does not: faces have 0.99, those 0.00. */
const confirmed = 0.5
const batch = 8
const embedderInput = 224
/** BGR means of the pictures that the embedder was trained on. */
const means = [103.939, 116.779, 123.68] as const

/** The models of the human library: BlazeFace, confirmed by the face mesh, and its embedder. */
export function humanEngine(
  sessions: Readonly<Record<Graph, OnnxSession>>,
  embedder: Embedder,
  threshold: number | undefined,
): FaceEngine {
  return {
    embedder,
    threshold,
    async detect(picture, search) {
      const candidates = (await blazeface(sessions.blazeface, picture, search.min_score)).slice(0, search.max_faces)
      const boxes = candidates.map(({ bbox }) => bbox)
      const meshes = await faceMeshes(sessions.facemesh, picture, boxes)
      return candidates.flatMap(({ bbox, score, points }, index): FoundFace[] => {
        const mesh = meshes[index]
        const [left_ear, right_ear] = points.slice(4)
        if (!mesh || mesh.confidence < confirmed || !left_ear || !right_ear) return []
        const landmarks = { ...meshLandmarks(mesh), left_ear, right_ear }
        return [{ bbox, score, landmarks, pose: meshPose(mesh), expression: meshExpression(mesh) }]
      })
    },
    async embed(picture, faces) {
      return inBatches(faces, async boxes => {
        const data = cutFaces(picture, boxes, embedderInput, 1)
        toBgrWithoutMean(data)
        const output = await run(sessions.faceres, data, embedderInput, boxes.length, 'descriptor')
        return rows(output, boxes.length).map(unitLength)
      })
    },
    async live(picture, faces) {
      return inBatches(faces, async boxes => {
        const real = await run(sessions.antispoof, cutFaces(picture, boxes, 128, 1 / 255), 128, boxes.length, 'real')
        const live = await run(sessions.liveness, cutFaces(picture, boxes, 32, 1 / 255), 32, boxes.length, 'live')
        // Two weak opinions: both have to agree.
        return boxes.map((_, index) => Math.min(real[index] ?? 0, live[2 * index] ?? 0))
      })
    },
    async dispose() {
      for (const name of graphs) await sessions[name].dispose()
    },
  }
}

async function inBatches<T>(faces: readonly FoundFace[], work: (boxes: Bbox[]) => Promise<T[]>): Promise<T[]> {
  const results: T[] = []
  for (let start = 0; start < faces.length; start += batch) {
    results.push(...(await work(faces.slice(start, start + batch).map(({ bbox }) => bbox))))
  }
  return results
}

async function run(session: OnnxSession, data: Float32Array, size: number, count: number, output: string) {
  const result = await session.run({ image: { type: 'float32', data, dims: [count, size, size, 3] } }, [output])
  const tensor = result[output]
  return tensor ? floatData(tensor) : new Float32Array()
}

function rows(values: Float32Array, count: number): Float32Array[] {
  const width = values.length / count
  return Array.from({ length: count }, (_, row) => values.slice(row * width, (row + 1) * width))
}

/** RGB 0 to 255 to what the embedder was trained with, in place. */
function toBgrWithoutMean(data: Float32Array): void {
  for (let at = 0; at < data.length; at += 3) {
    const red = data[at] ?? 0
    data[at] = (data[at + 2] ?? 0) - means[0]
    data[at + 1] = (data[at + 1] ?? 0) - means[1]
    data[at + 2] = red - means[2]
  }
}
