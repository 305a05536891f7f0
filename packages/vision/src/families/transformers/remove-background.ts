import { AppError, perform } from '@hearth/contract'
import { type Picture, resizePillow } from '@hearth/media'
import { saveCutOut } from '../../cut-out.ts'
import { task } from '../../remove-background/spec.ts'
import type { Result } from './library.ts'
import { type Looker, look, sigmoid } from './looking.ts'

/** Less than this outside of 0 to 1 is rounding. */
const slack = 1e-5

/** Cuts the main thing out: the first output of the model is the mask, as shares or as logits of shares. */
export function removeBackground(looker: Looker) {
  return perform(task, async (input, context) => {
    const { picture, results } = await look(looker, input.image, context)
    const first = Object.values(results)[0]
    if (!first) throw new AppError('model-broken', 'the model gives no mask')
    const { width, height } = picture
    // The library's pipeline scales without antialiasing; this is Pillow's way, which the models' own pages show.
    const mask = resizePillow(maskOf(first), { width, height, filter: 'bilinear' })
    return saveCutOut(picture, mask, input, context)
  })
}

function maskOf({ data, dims }: Result): Picture {
  const [height = 0, width = 0] = dims.slice(-2)
  if (data.length !== width * height) throw new AppError('model-broken', `the model gives a mask of shape ${dims}`)
  const shares = data.every(value => value >= -slack && value <= 1 + slack)
  const grey = Uint8Array.from(data, value => Math.min(255, Math.max(0, (shares ? value : sigmoid(value)) * 255)))
  return { width, height, channels: 1, data: grey }
}
