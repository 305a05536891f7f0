import type { Picture } from '@hearth/media'
import { floatData, type OnnxSession } from '@hearth/runtime/onnx'
import type { FaceEngine, FoundFace } from '../../engine/face-engine.ts'
import { createScratch } from '../../engine/scratch.ts'
import { unitLength } from '../../engine/unit-length.ts'
import type { Embedder } from '../../face-fields.ts'
import { blazeface, type Candidate } from './blazeface.ts'
import { cutSquare, resizeSquares, squareLength } from './face-crop.ts'
import { faceMeshes, type Mesh, meshExpression, meshLandmarks, meshPose } from './face-mesh.ts'
import { rollOf, uprightView } from './upright-view.ts'

/** Files of the family, each `<name>.onnx`. */
export const graphs = ['blazeface', 'facemesh', 'faceres', 'antispoof', 'liveness'] as const
export type Graph = (typeof graphs)[number]

/** The detector takes cats and cups for faces; the mesh mostly does not. Turned upright a cat gets up to 0.88, a face 0.98. */
const confirmed = { upright: 0.5, turned: 0.9 }
const batch = 8
const spare = 8
const embedderInput = 224
/** BGR means of the pictures that the embedder was trained on. */
const means = [103.939, 116.779, 123.68] as const

/** The models of the human library: BlazeFace, confirmed by the face mesh, and its embedder. */
export function humanEngine(
  sessions: Readonly<Record<Graph, OnnxSession>>,
  embedder: Embedder,
  threshold: number | undefined,
): FaceEngine {
  const scratch = createScratch()

  /** One number or row of numbers for each of these squares. */
  function ask(name: Graph, squares: Float32Array, size: number, output: string, prepare: Prepare) {
    const count = squares.length / squareLength
    return scratch.lend(count * size * size * 3, async data => {
      resizeSquares(squares, size, prepare.scale, data)
      prepare.after?.(data)
      const image = { type: 'float32', data, dims: [count, size, size, 3] } as const
      const tensor = (await sessions[name].run({ image }, [output]))[output]
      return rows(tensor ? floatData(tensor) : new Float32Array(), count)
    })
  }

  /** Two weak opinions on whether these are living faces: both have to agree. */
  async function liveScores(squares: Float32Array): Promise<number[]> {
    const real = await ask('antispoof', squares, 128, 'real', { scale: 1 / 255 })
    const live = await ask('liveness', squares, 32, 'live', { scale: 1 / 255 })
    return real.map(([value = 0], index) => Math.min(value, live[index]?.[0] ?? 0))
  }

  /** A few faces at a time, cut out of the picture, so that a crowd does not need memory without bounds. */
  async function inBatches<T>(
    picture: Picture,
    faces: readonly FoundFace[],
    work: (squares: Float32Array) => Promise<T[]>,
  ): Promise<T[]> {
    const results: T[] = []
    for (let start = 0; start < faces.length; start += batch) {
      const some = faces.slice(start, start + batch)
      const found = await scratch.lend(some.length * squareLength, squares => {
        for (const [index, { bbox, pose }] of some.entries()) {
          const upright = uprightView(picture, bbox, pose.roll)
          cutSquare(upright.picture, upright.bbox, squares.subarray(index * squareLength, (index + 1) * squareLength))
        }
        return work(squares)
      })
      results.push(...found)
    }
    return results
  }

  return {
    embedder,
    threshold,
    async detect(picture, search) {
      const found = await blazeface(sessions.blazeface, picture, search.min_score, scratch)
      // Some will not be confirmed.
      const candidates = found.slice(0, search.max_faces + spare)
      const views = candidates.map(({ bbox, points }) => uprightView(picture, bbox, rollOf(points)))
      const meshes = await faceMeshes(sessions.facemesh, views, scratch)
      const faces = candidates.flatMap((candidate, index) => {
        const least = views[index]?.picture === picture ? confirmed.upright : confirmed.turned
        return confirm(candidate, meshes[index], least)
      })
      return faces.slice(0, search.max_faces)
    },
    embed: (picture, faces) =>
      inBatches(picture, faces, async squares => {
        const live = await liveScores(squares)
        const trained = { scale: 1, after: toBgrWithoutMean }
        const vectors = await ask('faceres', squares, embedderInput, 'descriptor', trained)
        return vectors.map((vector, index) => ({ vector: unitLength(vector), live: live[index] }))
      }),
    live: (picture, faces) => inBatches(picture, faces, liveScores),
    async dispose() {
      for (const name of graphs) await sessions[name].dispose()
    },
  }
}

/** What becomes of levels from 0 to 255. */
interface Prepare {
  scale: number
  after?: (data: Float32Array) => void
}

/** The detector's word is not enough; the mesh knows the landmarks better, too. */
function confirm({ bbox, score, points }: Candidate, mesh: Mesh | undefined, least: number): FoundFace[] {
  const [left_ear, right_ear] = points.slice(4)
  if (!mesh || mesh.confidence < least || !left_ear || !right_ear) return []
  const landmarks = { ...meshLandmarks(mesh), left_ear, right_ear }
  return [{ bbox, score, landmarks, pose: meshPose(mesh), expression: meshExpression(mesh) }]
}

function rows(values: Float32Array, count: number): Float32Array[] {
  const width = values.length / count
  return Array.from({ length: count }, (_, row) => values.subarray(row * width, (row + 1) * width))
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
