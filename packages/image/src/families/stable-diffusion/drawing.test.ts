import { cp, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoint, checkpointEntry, execute, type Model } from '@hearth/contract'
import { decodePicture, encodePicture, inspectPicture, type Picture, readParameters } from '@hearth/media'
import { type FakeContext, fakeContext } from '@hearth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { task as imageToImage } from '../../image-to-image/spec.ts'
import { task as textToImage } from '../../text-to-image/spec.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { load, openPipeline } from './load.ts'
import { openPreviews } from './previews.ts'

const entry = checkpointEntry.parse(catalogue.find(({ id }) => id === 'starter'))
const dir = join(import.meta.dirname, '../../../../../models/starter/text-to-image')
const starter: Checkpoint = {
  ...entry,
  family: 'stable-diffusion',
  dir,
  digest: 'a1b2c3d4e5'.padEnd(64, '0'),
  tasks: [],
}
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const
let model: Model
let references: Record<string, Uint8Array>
beforeAll(async () => {
  model = await load(starter, placement)
  references = {
    'upload:example-picture': await encodePicture(disc(160, 160), { format: 'png' }),
    'upload:example-mask': await encodePicture(leftHalf(64), { format: 'png' }),
    'upload:wide-picture': await encodePicture(disc(300, 150), { format: 'jpeg' }),
    'upload:black-mask': await encodePicture({ ...leftHalf(64), data: new Uint8Array(64 * 64) }, { format: 'png' }),
    'upload:no-picture': Buffer.from('hello'),
  }
})
afterAll(() => model.dispose())

/** A red disc on white. */
function disc(width: number, height: number): Picture {
  const data = new Uint8Array(3 * width * height).fill(255)
  for (let i = 0; i < width * height; i++) {
    const inside = Math.hypot((i % width) - width / 2, Math.floor(i / width) - height / 2) < height / 3
    if (inside) data.set([220, 30, 40], 3 * i)
  }
  return { width, height, channels: 3, data }
}

function leftHalf(side: number): Picture {
  const data = Uint8Array.from({ length: side * side }, (_, i) => (i % side < side / 2 ? 255 : 0))
  return { width: side, height: side, channels: 1, data }
}

async function draw(input: object, task: typeof textToImage | typeof imageToImage = textToImage) {
  const context = fakeContext({ references })
  const output = await execute(model, task, { steps: 3, ...input }, context)
  return { output: textToImage.output.parse(output), context, files: context.files }
}

async function pixels(context: FakeContext, index = 0): Promise<Picture> {
  return decodePicture(context.files[index]!.bytes)
}

function mean(picture: Picture): number[] {
  const sums = [0, 0, 0]
  for (const [i, value] of picture.data.entries()) sums[i % 3]! += value
  return sums.map(sum => sum / picture.data.length / (1 / 3))
}

describe('text to image', () => {
  test('draws what is asked for', async () => {
    const { context } = await draw({ prompt: 'red apple', seed: 1, steps: 20 })
    const [red, green, blue] = mean(await pixels(context))
    expect(red! - green!).toBeGreaterThan(25)
    expect(red! - blue!).toBeGreaterThan(25)
    const other = await draw({ prompt: 'blue apple', seed: 1, steps: 20 })
    const [red2, , blue2] = mean(await pixels(other.context))
    expect(blue2! - red2!).toBeGreaterThan(10)
  })

  test('fills in what the checkpoint suggests, and reports all it used', async () => {
    const context = fakeContext()
    const output = textToImage.output.parse(await execute(model, textToImage, { prompt: 'sun' }, context))
    expect(output.parameters).toMatchObject({
      width: 128,
      height: 128,
      steps: 20,
      guidance_scale: 2,
      sampler: 'dpmpp-2m',
    })
    expect(output.seed).toBeGreaterThanOrEqual(0)
    expect(output.parameters.seed).toBe(output.seed)
    expect(context.steps.map(step => step.done)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    const again = fakeContext()
    await execute(model, textToImage, output.parameters, again)
    expect(again.files[0]!.bytes).toEqual(context.files[0]!.bytes)
  })

  test('keeps the parameters inside the file', async () => {
    for (const format of ['png', 'jpeg', 'webp'] as const) {
      const { files, output } = await draw({ prompt: 'owl, 猫', negative_prompt: 'blue', seed: 9, format, steps: 2 })
      expect(files[0]).toMatchObject({
        name: `image-0.${format}`,
        mime: `image/${format}`,
        width: 128,
        meta: { seed: 9 },
      })
      expect(output.images).toEqual([{ name: `image-0.${format}`, seed: 9, width: 128, height: 128 }])
      expect(await inspectPicture(files[0]!.bytes)).toMatchObject({ format, width: 128, height: 128 })
      const read = await readParameters(files[0]!.bytes)
      expect(read).toMatchObject({ prompt: 'owl, 猫', negativePrompt: 'blue' })
      expect(Object.entries(read!.settings).slice(0, 8)).toEqual([
        ['Steps', '2'],
        ['Sampler', 'DPM++ 2M'],
        ['Schedule type', 'Uniform'],
        ['CFG scale', '2'],
        ['Seed', '9'],
        ['Size', '128x128'],
        ['Model hash', 'a1b2c3d4e5'],
        ['Model', 'starter'],
      ])
    }
  })

  test('gives picture k of several the seed that draws it alone', async () => {
    const several = await draw({ prompt: 'fish', seed: 5, n: 3 })
    expect(several.output.images.map(image => image.seed)).toEqual([5, 6, 7])
    const alone = await pixels((await draw({ prompt: 'fish', seed: 7 })).context)
    const third = await pixels(several.context, 2)
    expect(Math.max(...third.data.map((value, i) => Math.abs(value - alone.data[i]!)))).toBeLessThanOrEqual(1)
    const largest = await draw({ prompt: 'fish', seed: Number.MAX_SAFE_INTEGER, n: 2, steps: 1 })
    expect(largest.output.images.map(image => image.seed)).toEqual([Number.MAX_SAFE_INTEGER, 0])
  })

  test('draws sizes that the denoiser cannot halve, cropped, and says so', async () => {
    const { context, output } = await draw({ prompt: 'owl', seed: 1, width: 120, height: 104 })
    expect(output.images[0]).toMatchObject({ width: 120, height: 104 })
    expect((await pixels(context)).data.length).toBe(3 * 120 * 104)
    expect(output.notes.join()).toContain('128 x 112')
    expect(context.logs.map(({ message }) => message)).toEqual(output.notes)
  })

  test('says when a size is far from what the model knows, and when a prompt is long', async () => {
    const { output } = await draw({ prompt: 'red apple and green tree '.repeat(12), width: 256, height: 256, steps: 1 })
    expect(output.notes[0]).toMatch(/256 x 256 is far from the 128 x 128/)
    expect(output.notes[1]).toMatch(/longer than the 22 tokens .* read in \d+ parts/)
    const single = await draw({ prompt: 'owl', negative_prompt: 'blue', guidance_scale: 1, steps: 1 })
    expect(single.output.notes).toEqual(['The negative prompt has no effect without guidance.'])
  })

  test('reads all of a long prompt', async () => {
    const start = 'a small picture of the thing next to the other thing on the table under the sun with '
    const [one, two] = [
      await draw({ prompt: `${start} red apple`, seed: 1 }),
      await draw({ prompt: `${start} blue fish`, seed: 1 }),
    ]
    expect(one.output.notes.length).toBe(0)
    const endless = await draw({ prompt: 'sun '.repeat(4000), seed: 1, steps: 1 })
    expect(endless.output.notes).toEqual([expect.stringMatching(/352 tokens .* left out/)])
    const longer = await draw({ prompt: `${start.repeat(2)} red apple`, seed: 1 })
    const other = await draw({ prompt: `${start.repeat(2)} blue fish`, seed: 1 })
    expect(longer.output.notes.length).toBe(1)
    expect(one.files[0]!.bytes).not.toEqual(two.files[0]!.bytes)
    expect(longer.files[0]!.bytes).not.toEqual(other.files[0]!.bytes)
  })

  test('hears an abort that arrives between steps', async () => {
    const context = fakeContext({ onProgress: done => done === 3 && setImmediate(() => context.abort()) })
    await expect(execute(model, textToImage, { prompt: 'owl', steps: 60 }, context)).rejects.toThrow()
    expect(context.steps.length).toBeLessThanOrEqual(5)
    expect(context.files).toEqual([])
  })

  test('draws every sampler', async () => {
    const samplers = textToImage.input.shape.sampler.unwrap().options
    expect(samplers.length).toBeGreaterThanOrEqual(8)
    for (const sampler of samplers.filter(id => !id.startsWith('flow'))) {
      const { context } = await draw({ prompt: 'red apple', seed: 1, steps: 6, sampler })
      const [red, green] = mean(await pixels(context))
      expect([sampler, red! - green! > 10]).toEqual([sampler, true])
    }
    await expect(draw({ prompt: 'owl', sampler: 'flow-match-euler' })).rejects.toMatchObject({ code: 'invalid-input' })
  })
})

describe('image to image', () => {
  const input = { prompt: 'sun', image: 'upload:example-picture', seed: 3 }

  test('runs its examples', async () => {
    for (const example of imageToImage.examples) {
      const { output } = await draw({ ...example.input, steps: 4 }, imageToImage)
      expect(output.images.length).toBe(1)
    }
  })

  test('keeps more of the picture at less strength', async () => {
    const original = await pixels((await draw({ ...input, strength: 0.01 }, imageToImage)).context)
    const distance = async (strength: number) => {
      const drawn = await pixels((await draw({ ...input, strength, steps: 10 }, imageToImage)).context)
      return drawn.data.reduce((sum, value, i) => sum + Math.abs(value - original.data[i]!), 0) / drawn.data.length
    }
    const [little, much] = [await distance(0.2), await distance(1)]
    expect(little).toBeGreaterThan(0)
    expect(much).toBeGreaterThan(2 * little)
  })

  test('changes nothing at a strength that leaves no step, and says so', async () => {
    const { output, context } = await draw({ ...input, strength: 0.2 }, imageToImage)
    expect(output.notes).toEqual(['A strength this low leaves none of 3 steps: nothing was changed.'])
    const [red, green] = mean(await pixels(context))
    expect(red! - green!).toBeGreaterThan(25)
  })

  test('takes its size from the proportions of the picture, or the one asked for', async () => {
    const wide = await draw({ ...input, image: 'upload:wide-picture' }, imageToImage)
    expect(wide.output.images[0]).toMatchObject({ width: 184, height: 88 })
    const asked = await draw({ ...input, image: 'upload:wide-picture', height: 96 }, imageToImage)
    expect(asked.output.images[0]).toMatchObject({ width: 192, height: 96 })
    const both = await draw({ ...input, image: 'upload:wide-picture', width: 96, height: 120 }, imageToImage)
    expect(both.output.images[0]).toMatchObject({ width: 96, height: 120 })
  })

  test('paints inside the mask alone', async () => {
    const masked = { ...input, mask: 'upload:example-mask', strength: 1, steps: 8, width: 128, height: 128 }
    const drawn = await pixels((await draw(masked, imageToImage)).context)
    const kept = await pixels((await draw({ ...masked, seed: 4 }, imageToImage)).context)
    const differ = [0, 0]
    for (let i = 0; i < drawn.data.length; i++) {
      if (drawn.data[i] !== kept.data[i]) differ[Math.floor(i / 3) % 128 < 64 ? 0 : 1]! += 1
    }
    expect(differ[0]).toBeGreaterThan(1000)
    expect(differ[1]).toBeLessThan(128 * 3 * 6)
  })

  test('refuses what it cannot start from', async () => {
    const refused = (more: object) => expect(draw({ ...input, ...more }, imageToImage)).rejects
    await refused({ mask: 'upload:black-mask' }).toMatchObject({ code: 'invalid-input', path: ['mask'] })
    await refused({ image: 'upload:no-picture' }).toMatchObject({ code: 'unsupported-media' })
    await refused({ image: 'upload:is-not-there' }).toMatchObject({ code: 'not-found' })
  })
})

describe('previews', () => {
  test.each([
    ['decoded', Number.POSITIVE_INFINITY],
    ['mapped', 0],
  ])('are small JPEG pictures in the right colours, %s', async (_, affordable) => {
    const { pipeline, dispose } = await openPipeline(starter, placement)
    const previews = openPreviews(pipeline.vae, pipeline.layout, affordable)
    const shown = async (value: number) => {
      const latents = await pipeline.vae.encode(new Float32Array(3 * 128 * 128).fill(value), 128, 128)
      const jpeg = await previews.draw(latents, 16, 16)
      expect(await inspectPicture(jpeg)).toMatchObject({ format: 'jpeg', width: 128, height: 128 })
      expect(jpeg.length).toBeLessThan(20_000)
      return mean(await decodePicture(jpeg))
    }
    expect(Math.min(...(await shown(1)))).toBeGreaterThan(200)
    expect(Math.max(...(await shown(-1)))).toBeLessThan(70)
    await dispose()
  })
})

describe('a folder that is not whole', () => {
  let temporary: string
  beforeAll(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'hearth-broken-'))
    await cp(join(import.meta.dirname, 'golden/plain'), temporary, { recursive: true })
  })
  afterAll(() => rm(temporary, { recursive: true }))
  const broken = () => expect(load({ ...starter, dir: temporary, defaults: {} }, placement)).rejects

  test('loses image-to-image first, then breaks', async () => {
    await unlink(join(temporary, 'vae_encoder/model.onnx'))
    const blind = await load({ ...starter, dir: temporary, defaults: {} }, placement)
    const drawn = execute(
      blind,
      imageToImage,
      { prompt: 'x', image: 'upload:example-picture' },
      fakeContext({ references }),
    )
    await expect(drawn).rejects.toMatchObject({ code: 'invalid-input' })
    await blind.dispose()
    await writeFile(join(temporary, 'unet/model.onnx'), 'not a graph')
    await broken().toMatchObject({ code: 'model-broken', message: expect.stringContaining('unet/model.onnx') })
    await unlink(join(temporary, 'unet/model.onnx'))
    await broken().toMatchObject({ code: 'model-broken' })
    await writeFile(join(temporary, 'model_index.json'), '{')
    await broken().toMatchObject({ code: 'model-broken', hint: 'Pull the model again.' })
  })
})
