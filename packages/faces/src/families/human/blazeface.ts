import type { Bbox, Point } from '@hearth/contract'
import type { Picture } from '@hearth/media'
import { floatData, type OnnxSession } from '@hearth/runtime/onnx'
import { suppress } from '@hearth/tracking'
import { resizeAxis, sample } from '../../engine/sampling.ts'
import type { Scratch } from '../../engine/scratch.ts'

const input = 256
/** Two grids: cells a side and detections a cell. Rows of the outputs run over rows, columns and detections. */
const grids = [
  { cells: 16, each: 2, scores: 'scores_16', boxes: 'boxes_16' },
  { cells: 8, each: 6, scores: 'scores_8', boxes: 'boxes_8' },
] as const
const numbers = 16
const overlap = 0.3

/** What the detector alone says, in pixels of the picture; to be confirmed by the mesh. */
export interface Candidate {
  bbox: Bbox
  score: number
  /** As the viewer sees them: left eye, right eye, nose, mouth, left ear, right ear. */
  points: Point[]
}

/** The picture, padded to a square with black, as the detector takes it: 1 x 256 x 256 x 3 in [-1, 1], into `tensor`. */
export function blazefaceTensor(picture: Picture, tensor: Float32Array): void {
  const { width, height } = picture
  const square = Math.max(width, height)
  const columns = resizeAxis(width, input, square, Math.floor((square - width) / 2))
  const rows = resizeAxis(height, input, square, Math.floor((square - height) / 2))
  sample(picture, columns, rows, tensor, 0, 1 / 127.5, -1)
}

/** Runs the detector; faces of at least `minScore`, best first, without doubles. */
export async function blazeface(
  session: OnnxSession,
  picture: Picture,
  minScore: number,
  scratch: Scratch,
): Promise<Candidate[]> {
  const result = await scratch.lend(input * input * 3, data => {
    blazefaceTensor(picture, data)
    return session.run({ image: { type: 'float32', data, dims: [1, input, input, 3] } })
  })
  const output = (name: string) => {
    const tensor = result[name]
    return tensor ? floatData(tensor) : new Float32Array()
  }
  const found = grids.flatMap(grid =>
    decode(output(grid.scores), output(grid.boxes), grid.cells, grid.each, minScore, picture),
  )
  return suppress(found, overlap)
}

function decode(
  scores: Float32Array,
  boxes: Float32Array,
  cells: number,
  each: number,
  minScore: number,
  picture: Picture,
): Candidate[] {
  const square = Math.max(picture.width, picture.height)
  const scale = square / input
  const left = Math.floor((square - picture.width) / 2)
  const top = Math.floor((square - picture.height) / 2)
  const stride = input / cells
  const found: Candidate[] = []
  for (let row = 0; row < scores.length; row++) {
    const score = 1 / (1 + Math.exp(-(scores[row] ?? 0)))
    if (score < minScore) continue
    const cell = Math.floor(row / each)
    const x = stride * ((cell % cells) + 0.5)
    const y = stride * (Math.floor(cell / cells) + 0.5)
    const value = (index: number) => boxes[row * numbers + index] ?? 0
    const place = (dx: number, dy: number): Point => [(dx + x) * scale - left, (dy + y) * scale - top]
    const [halfWidth, halfHeight] = [value(2) / 2, value(3) / 2]
    found.push({
      score,
      bbox: [
        ...place(value(0) - halfWidth, value(1) - halfHeight),
        ...place(value(0) + halfWidth, value(1) + halfHeight),
      ],
      points: [4, 6, 8, 10, 12, 14].map(index => place(value(index), value(index + 1))),
    })
  }
  return found
}
