import { formatParameters } from '@hearth/media'
import { samplerTitles } from '../../samplers/sampler-ids.generated.ts'
import type { Drawing } from './draw.ts'
import type { Pipeline } from './pipeline.ts'

const titles: readonly string[] = Object.values(samplerTitles)

/**
 * Names by which A1111 and the tools that read its pictures know a sampler: name and, apart, the noise schedule. Where
 * there is a Karras variant, Automatic means that one there, so the plain one is Uniform.
 */
function samplerSettings(title: string): Record<string, string> {
  const karras = title.endsWith(' Karras')
  const name = karras ? title.slice(0, -' Karras'.length) : title
  const plain = titles.includes(`${name} Karras`) ? 'Uniform' : 'Automatic'
  return { Sampler: name.replace(/ ancestral$/, ' a'), 'Schedule type': karras ? 'Karras' : plain }
}

/** The text kept inside a picture, of which other tools can draw it again. */
export function parametersText(pipeline: Pipeline, drawing: Drawing, strength: number | undefined): string {
  const { checkpoint } = pipeline
  const verified = /^[0-9a-f]{64}$/.test(checkpoint.digest)
  return formatParameters({
    prompt: drawing.prompt,
    negativePrompt: drawing.negative_prompt,
    settings: {
      Steps: drawing.steps,
      ...samplerSettings(samplerTitles[drawing.sampler]),
      'CFG scale': drawing.guidance_scale,
      Seed: drawing.seed,
      Size: `${drawing.width}x${drawing.height}`,
      ...(verified ? { 'Model hash': checkpoint.digest.slice(0, 10) } : {}),
      Model: checkpoint.id,
      ...(strength === undefined ? {} : { 'Denoising strength': strength }),
      Version: 'Hearth',
    },
  })
}
