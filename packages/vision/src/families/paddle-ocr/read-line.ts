import { AppError } from '@hearth/contract'
import { type Picture, resizeOpencv } from '@hearth/media'
import type { OnnxSession } from '@hearth/runtime/onnx'
import { halfTurn } from './cut-line.ts'
import { type Normalisation, pixelsOf, runGraph } from './run-graph.ts'

/** Height of the lines that both graphs take, and the least width of what they are given. */
const lineHeight = 48
const leastWidth = { recogniser: 320, direction: 192 }
/** Wider lines are squeezed, so that no strip of a picture takes all memory. */
const mostWidth = 4096
/** Surer than this of standing on its head, a line is turned. */
const sureOfDirection = 0.9
const normalisation: Normalisation = { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] }

interface Line {
  text: string
  /** Mean probability of its characters; 0 for none. */
  score: number
}

/** The picture of a line turned the right way up, as the direction classifier sees it. */
export async function turnUpright(session: OnnxSession, line: Picture): Promise<Picture> {
  const room = leastWidth.direction
  const scaled = resizeOpencv(line, Math.min(room, scaledWidth(line)), lineHeight)
  const { data } = await runGraph(session, pixelsOf(scaled, room, normalisation), room, lineHeight)
  const [asItIs = 0, turned = 0] = data
  return turned > asItIs && turned > sureOfDirection ? halfTurn(line) : line
}

const scaledWidth = ({ width, height }: Picture) => Math.max(1, Math.ceil((lineHeight * width) / height))

/** Reads one line. `characters` are those of the recogniser, without its blank and its space. */
export async function readLine(session: OnnxSession, characters: readonly string[], line: Picture): Promise<Line> {
  const natural = Math.trunc((lineHeight * line.width) / line.height)
  const room = Math.min(mostWidth, Math.max(leastWidth.recogniser, natural))
  const scaled = resizeOpencv(line, Math.min(room, scaledWidth(line)), lineHeight)
  const { data, dims } = await runGraph(session, pixelsOf(scaled, room, normalisation), room, lineHeight)
  const [, steps = 0, classes = 0] = dims
  if (classes !== characters.length + 2) {
    throw new AppError('model-broken', `the model knows ${classes - 2} characters, its list ${characters.length}`, {
      hint: 'The list of characters belongs to another model; pull this one again.',
    })
  }
  return decode(data, steps, classes, characters)
}

/** Greedy CTC: the likeliest class of each step, repetitions and blanks (0) left out. The last class is the space. */
function decode(data: Float32Array, steps: number, classes: number, characters: readonly string[]): Line {
  let text = ''
  let sum = 0
  let count = 0
  let before = -1
  for (let step = 0; step < steps; step++) {
    const row = data.subarray(step * classes, (step + 1) * classes)
    let best = 0
    for (let id = 1; id < classes; id++) if ((row[id] as number) > (row[best] as number)) best = id
    if (best !== 0 && best !== before) {
      text += characters[best - 1] ?? ' '
      sum += row[best] as number
      count++
    }
    before = best
  }
  return { text, score: count === 0 ? 0 : Math.min(1, sum / count) }
}
