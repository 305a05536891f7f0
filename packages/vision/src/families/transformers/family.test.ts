import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Checkpoint, execute, type Model } from '@hearth/contract'
import { decodeGrey, decodePicture } from '@hearth/media'
import { executorSuite, fakeContext } from '@hearth/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { task as classifyImage } from '../../classify-image/spec.ts'
import { task as classifyZeroShot } from '../../classify-zero-shot/spec.ts'
import { task as detectObjects } from '../../detect-objects/spec.ts'
import { task as embedImage } from '../../embed-image/spec.ts'
import { task as estimateDepth } from '../../estimate-depth/spec.ts'
import { task as removeBackground } from '../../remove-background/spec.ts'
import { family } from './family.ts'
import { load } from './load.ts'

const golden = join(import.meta.dirname, 'golden')
const photos = join(import.meta.dirname, '../../../../testing/photos')
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const
const image = 'upload:photograph'
const coffee = await readFile(join(photos, 'coffee.jpg'))
const references = { [image]: coffee }

function checkpoint(dir: string): Checkpoint {
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
  return {
    ...plain,
    id: 'tiny',
    family: family.id,
    title: '',
    description: '',
    licence,
    precision: 'fp32',
    dir,
    bytes: 1e6,
  }
}

const common = { load, family, references, stepsAfterAbort: 0 }
executorSuite('transformers, classify-image', {
  ...common,
  checkpoint: checkpoint(join(golden, 'vit')),
  task: classifyImage,
  input: { image },
})
executorSuite('transformers, detect-objects', {
  ...common,
  checkpoint: checkpoint(join(golden, 'd_fine')),
  task: detectObjects,
  input: { image, min_score: 0.2 },
})
executorSuite('transformers, classify-zero-shot', {
  ...common,
  checkpoint: checkpoint(join(golden, 'clip')),
  task: classifyZeroShot,
  input: { image, labels: ['cat', 'cup'] },
})
executorSuite('transformers, embed-image', {
  ...common,
  checkpoint: checkpoint(join(golden, 'siglip')),
  task: embedImage,
  input: { image },
})
executorSuite('transformers, estimate-depth', {
  ...common,
  checkpoint: checkpoint(join(golden, 'depth_anything')),
  task: estimateDepth,
  input: { image },
})
executorSuite('transformers, remove-background', {
  ...common,
  checkpoint: checkpoint(join(golden, 'birefnet')),
  task: removeBackground,
  input: { image },
})

async function withModel<T>(name: string, run: (model: Model) => Promise<T>): Promise<T> {
  const model = await load(checkpoint(name.startsWith('/') ? name : join(golden, name)), placement)
  try {
    return await run(model)
  } finally {
    await model.dispose()
  }
}

describe('what is asked for', () => {
  test('classes: how many, and how sure', () =>
    withModel('vit', async model => {
      const ask = async (input: object) =>
        classifyImage.output.parse(
          await execute(model, classifyImage, { image, ...input }, fakeContext({ references })),
        )
      const all = await ask({ top_k: 100 })
      expect(all).toMatchObject({ width: 600, height: 400 })
      expect(all.classes.length).toBe(10)
      expect(all.classes.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1)
      expect((await ask({ top_k: 2 })).classes).toEqual(all.classes.slice(0, 2))
      const sure = all.classes[3]!.score
      expect((await ask({ top_k: 100, min_score: sure })).classes).toEqual(all.classes.slice(0, 4))
    }))

  test('objects: only some, only so many, and inside the picture', () =>
    withModel('rt_detr', async model => {
      const ask = async (input: object) => {
        const output = await execute(
          model,
          detectObjects,
          { image, min_score: 0.05, ...input },
          fakeContext({ references }),
        )
        return detectObjects.output.parse(output).objects
      }
      const all = await ask({})
      expect(all.length).toBeGreaterThan(5)
      for (const { bbox } of all) {
        expect(Math.min(...bbox)).toBeGreaterThanOrEqual(0)
        expect([bbox[2] <= 600, bbox[3] <= 400]).toEqual([true, true])
      }
      expect(await ask({ max_objects: 3 })).toEqual(all.slice(0, 3))
      const label = all.at(-1)!.label
      expect(await ask({ labels: [label.toUpperCase()] })).toEqual(all.filter(found => found.label === label))
      expect(all.some(({ track }) => track !== undefined)).toBe(false)
    }))

  test('objects of one stream keep their numbers', () =>
    withModel('rt_detr', async model => {
      const memory = new Map<string, unknown>()
      const frame = async () => {
        const output = await execute(
          model,
          detectObjects,
          { image, min_score: 0.05 },
          fakeContext({ references, memory }),
        )
        return detectObjects.output.parse(output).objects.map(({ track }) => track)
      }
      await frame()
      const second = await frame()
      expect(second.filter(track => track !== undefined).length).toBeGreaterThan(0)
      expect(await frame()).toEqual(second)
    }))

  test('labels are put into the sentence as they are', () =>
    withModel('clip', async model => {
      const labels = ['$&', 'cat']
      const output = await execute(model, classifyZeroShot, { image, labels }, fakeContext({ references }))
      const { classes } = classifyZeroShot.output.parse(output)
      expect(classes.map(({ label }) => label).toSorted()).toEqual(labels)
      expect(classes[0]!.score + classes[1]!.score).toBeCloseTo(1)
      expect(classes[0]!.score).not.toBeCloseTo(classes[1]!.score)
    }))

  test('cut-outs: transparent, on a colour, as WebP', () =>
    withModel('birefnet', async model => {
      const made = async (input: object) => {
        const context = fakeContext({ references })
        await execute(model, removeBackground, { image, ...input }, context)
        return context.files[0]!
      }
      const plain = await made({})
      expect([plain.name, plain.mime, plain.width, plain.height]).toEqual(['cutout.png', 'image/png', 600, 400])
      expect((await made({ format: 'webp' })).mime).toBe('image/webp')
      // What is transparent is white to a reader without transparency, as it is on white.
      const onWhite = await decodePicture((await made({ background: '#ffffff' })).bytes)
      const flat = await decodePicture(plain.bytes)
      expect(onWhite.data.every((value, i) => Math.abs(value - flat.data[i]!) <= 2)).toBe(true)
      const onBlack = await decodePicture((await made({ background: '#000000' })).bytes)
      expect(onBlack.data).not.toEqual(onWhite.data)
    }))
})

describe('folders', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'transformers-'))
    await mkdir(join(dir, 'onnx'))
    for (const name of await readdir(join(golden, 'vit'))) {
      if (name.endsWith('.json')) await copyFile(join(golden, 'vit', name), join(dir, name))
    }
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  test('of which only another precision is there', async () => {
    await copyFile(join(golden, 'vit/onnx/model.onnx'), join(dir, 'onnx/model_quantized.onnx'))
    await withModel(dir, async model => {
      expect(await execute(model, classifyImage, { image }, fakeContext({ references }))).toMatchObject({ width: 600 })
    })
  })

  test('of halves: pixels go in and masks come out as the graph declares them', async () => {
    const fine = join(golden, 'birefnet')
    for (const name of ['config.json', 'preprocessor_config.json']) await copyFile(join(fine, name), join(dir, name))
    await copyFile(join(fine, 'onnx/model_fp16.onnx'), join(dir, 'onnx/model_fp16.onnx'))
    const mask = (from: string) =>
      withModel(from, async model => {
        const context = fakeContext({ references })
        await execute(model, removeBackground, { image, result: 'mask' }, context)
        return decodeGrey(context.files[0]!.bytes)
      })
    const [exact, halves] = [await mask(fine), await mask(dir)]
    const apart = halves.data.map((value, i) => Math.abs(value - exact.data[i]!))
    expect(apart.reduce((most, value) => Math.max(most, value), 0)).toBeLessThanOrEqual(2)
    expect(new Set(halves.data).size).toBeGreaterThan(20)
  })

  test('that are broken say what is wrong, and the network is not asked', async () => {
    await expect(load(checkpoint(dir), placement)).rejects.toMatchObject({ code: 'model-broken' })
    await writeFile(join(dir, 'onnx/model.onnx'), 'nothing of the kind')
    await expect(load(checkpoint(dir), placement)).rejects.toMatchObject({
      code: 'model-broken',
      message: expect.stringContaining('cannot load model'),
    })
    await copyFile(join(golden, 'vit/onnx/model.onnx'), join(dir, 'onnx/model.onnx'))
    await writeFile(join(dir, 'preprocessor_config.json'), '{"do_thumbnail": true}')
    await expect(load(checkpoint(dir), placement)).rejects.toMatchObject({
      message: expect.stringContaining('do_thumbnail'),
    })
  })
})
