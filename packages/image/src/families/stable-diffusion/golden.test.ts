import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Checkpoint, execute, type Task } from '@hearth/contract'
import { decodePicture, tensorToPicture } from '@hearth/media'
import { fakeContext } from '@hearth/testing'
import { describe, expect, test } from 'vitest'
import { task as imageToImageTask } from '../../image-to-image/spec.ts'
import { task as textToImageTask } from '../../text-to-image/spec.ts'
import golden from './golden/pictures.json' with { type: 'json' }
import { imageToImage } from './image-to-image.ts'
import { openPipeline } from './load.ts'
import type { Pipeline } from './pipeline.ts'
import { textToImage } from './text-to-image.ts'

const folder = join(import.meta.dirname, 'golden')
const starter = join(import.meta.dirname, '../../../../../models/starter/text-to-image')
const tasks: Record<string, Task> = { [textToImageTask.id]: textToImageTask, [imageToImageTask.id]: imageToImageTask }
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const

function checkpoint(name: string): Checkpoint {
  const dir = name === 'starter' ? starter : join(folder, name)
  const licence = { id: 'Apache-2.0', must_accept: false }
  const plain = {
    aliases: [],
    defaults: {},
    example_prompts: [],
    languages: [],
    digest: 'unverified',
    starter: false,
    tasks: [],
  }
  return { ...plain, id: name, family: '', title: name, description: '', licence, precision: 'fp32', dir, bytes: 1e6 }
}

function unpack(base64: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer)
}

/** Largest difference, over the largest expected value where that is above one. */
function worst(actual: ArrayLike<number>, expected: ArrayLike<number>, relative: boolean): number {
  expect(actual.length).toBe(expected.length)
  const values = Array.from(expected)
  const scale = relative ? Math.max(1, ...values.map(Math.abs)) : 1
  return values.reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0) / scale
}

/** The pipeline, and what its decoder was given and gave: results before they are rounded, masked and cropped. */
function watched(pipeline: Pipeline) {
  const latents: Float32Array[] = []
  const pictures: Uint8Array[] = []
  const { vae, layout } = pipeline
  const decode: typeof vae.decode = async (given, height, width) => {
    const pixels = await vae.decode(given, height, width)
    latents.push(given.slice())
    pictures.push(tensorToPicture(pixels, width * layout.vaeScale, height * layout.vaeScale).data)
    return pixels
  }
  // No preview is due in a run this short, and none may pass through the watched decoder.
  const previews = { draw: async () => new Uint8Array() }
  return { latents, pictures, pipeline: { ...pipeline, previews, vae: { ...vae, decode } } }
}

async function references(size: { width: number; height: number }): Promise<Record<string, Uint8Array>> {
  return {
    'upload:the-picture': await readFile(join(folder, `picture-${size.width}x${size.height}.png`)),
    'upload:the-mask': await readFile(join(folder, 'mask.png')),
  }
}

describe('drawing as diffusers does', () => {
  test.each(golden.cases)('$name', async ({ input, task, checkpoint: name, latents, pictures, ...rest }) => {
    const { pipeline, dispose } = await openPipeline(checkpoint(name), placement)
    try {
      const seen = watched(pipeline)
      const model = {
        tasks: { [textToImageTask.id]: textToImage(seen.pipeline), [imageToImageTask.id]: imageToImage(seen.pipeline) },
        dispose,
      }
      const media = task === 'image-to-image' ? { image: 'upload:the-picture' } : {}
      const mask = 'mask' in input ? { mask: 'upload:the-mask' } : {}
      const run = fakeContext(task === 'image-to-image' ? { references: await references(input) } : {})
      await execute(model, tasks[task]!, { ...input, ...media, ...mask }, run)
      const tolerance = 'tolerance' in rest && typeof rest.tolerance === 'number' ? rest.tolerance : 1e-3
      const drawn = Float32Array.from(seen.latents.flatMap(values => [...values]))
      expect(worst(drawn, unpack(latents), true)).toBeLessThan(tolerance)
      expect(seen.pictures.length).toBe(pictures.length)
      for (const [i, png] of pictures.entries()) {
        const expected = await decodePicture(Buffer.from(png, 'base64'))
        expect(worst(seen.pictures[i]!, expected.data, false)).toBeLessThanOrEqual(tolerance > 1e-3 ? 8 : 2)
      }
    } finally {
      await dispose()
    }
  })

  test('the golden file was made by the versions that its script pins', () => {
    expect(golden.versions.diffusers).toBe('0.42.1')
    expect(golden.cases.length).toBeGreaterThanOrEqual(15)
  })
})
