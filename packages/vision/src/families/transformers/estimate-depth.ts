import { perform } from '@hearth/contract'
import { encodePicture } from '@hearth/media'
import { task } from '../../estimate-depth/spec.ts'
import { type Looker, look, need } from './looking.ts'
import { resizeCubic } from './resize-cubic.ts'

/** Draws how near each part of a picture is, in the size of the picture. */
export function estimateDepth(looker: Looker) {
  return perform(task, async (input, context) => {
    const { picture, results } = await look(looker, input.image, context)
    const { data, dims } = need(results, 'predicted_depth')
    const [rows = 0, columns = 0] = dims.slice(-2)
    // Bicubic, as transformers in Python; the library's pipeline scales bilinearly.
    const depth = resizeCubic({ width: columns, height: rows, data }, picture.width, picture.height)
    const { min, max } = rangeOf(depth)
    const scale = max > min ? 255 / (max - min) : 0
    const drawn = Uint8Array.from(depth, value => Math.trunc((value - min) * scale))
    const { width, height } = picture
    const bytes = await encodePicture({ width, height, channels: 1, data: drawn }, { format: 'png' })
    const file = await context.save({ name: 'depth.png', bytes, mime: 'image/png', width, height, meta: { min, max } })
    return { images: [{ name: file.name, width, height }], min, max }
  })
}

function rangeOf(values: Float32Array): { min: number; max: number } {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    if (value < min) min = value
    if (value > max) max = value
  }
  return { min, max }
}
