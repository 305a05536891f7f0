import { type Bbox, type Point, perform } from '@hearth/contract'
import { decodePicture, type Picture } from '@hearth/media'
import type { OnnxSession } from '@hearth/runtime/onnx'
import { task } from '../../read-text/spec.ts'
import { cutLine } from './cut-line.ts'
import type { TextBox } from './find-boxes.ts'
import { findText } from './find-text.ts'
import { readLine, turnUpright } from './read-line.ts'

interface Reader {
  detector: OnnxSession
  recogniser: OnnxSession
  direction: OnnxSession | undefined
  /** Of the recogniser, in its order. */
  characters: readonly string[]
}

/** Strips are hard to find text in; these get room above and below, unless that made too large a picture of them. */
const strip = { height: 30, ratio: 8, mostPixels: 20e6 }

/** A picture with black above and below, if it is a strip. */
function withRoom(picture: Picture): { picture: Picture; top: number } {
  const { width, height, channels } = picture
  const thin = height <= strip.height || width / height > strip.ratio
  const roomy = Math.max(Math.trunc(width / strip.ratio), strip.height) * 2
  if (!thin || width * roomy > strip.mostPixels) return { picture, top: 0 }
  const top = Math.trunc(Math.abs(roomy - height) / 2)
  const data = new Uint8Array(width * (height + 2 * top) * channels)
  data.set(picture.data, top * width * channels)
  return { picture: { width, height: height + 2 * top, channels, data }, top }
}

function boundsOf(polygon: readonly Point[]): Bbox {
  const [xs, ys] = [polygon.map(([x]) => x), polygon.map(([, y]) => y)]
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
}

/** Finds the lines of text in a picture, turns each the right way and reads it. */
export function readText({ detector, recogniser, direction, characters }: Reader) {
  return perform(task, async (input, context) => {
    const original = await decodePicture(await context.read(input.image))
    const { picture, top } = withRoom(original)
    const moved = (polygon: TextBox['polygon']): TextBox['polygon'] => {
      const [a, b, c, d] = polygon.map(([x, y]): Point => [x, Math.min(Math.max(y - top, 0), original.height - 1)])
      return a && b && c && d ? [a, b, c, d] : polygon
    }
    context.signal.throwIfAborted()
    const boxes = await findText(detector, picture, input.max_side, input.min_box_score)
    const total = 1 + boxes.length
    context.progress(1, total)
    const lines = []
    for (const [i, box] of boxes.entries()) {
      context.signal.throwIfAborted()
      const cut = cutLine(picture, box.polygon)
      const line = direction ? await turnUpright(direction, cut) : cut
      const { text, score } = await readLine(recogniser, characters, line)
      context.progress(i + 2, total)
      if (text.trim() === '' || score < input.min_score) continue
      const polygon = moved(box.polygon)
      lines.push({ text, score, box_score: Math.min(1, box.score), polygon, bbox: boundsOf(polygon) })
    }
    const { width, height } = original
    return { width, height, text: lines.map(({ text }) => text).join('\n'), lines }
  })
}
