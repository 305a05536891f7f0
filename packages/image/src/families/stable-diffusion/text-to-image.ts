import { perform } from '@hearth/contract'
import { task } from '../../text-to-image/spec.ts'
import { chosenSeed, draw } from './draw.ts'
import type { Pipeline } from './pipeline.ts'

/** Noise becomes a picture. */
export function textToImage(pipeline: Pipeline) {
  return perform(task, async (input, context) => {
    const { defaults } = pipeline
    const drawing = {
      ...input,
      width: input.width ?? defaults.width,
      height: input.height ?? defaults.height,
      steps: input.steps ?? defaults.steps,
      guidance_scale: input.guidance_scale ?? defaults.guidance_scale,
      sampler: input.sampler ?? defaults.sampler,
      seed: chosenSeed(input.seed),
    }
    const { images, notes } = await draw(pipeline, drawing, context)
    return { images, seed: drawing.seed, parameters: drawing, notes }
  })
}
