import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Checkpoint, execute, type Model, type Task } from '@hearth/contract'
import { decodeGrey, decodePicture } from '@hearth/media'
import { type FakeContext, fakeContext } from '@hearth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { task as classifyImage } from '../../classify-image/spec.ts'
import { task as classifyZeroShot } from '../../classify-zero-shot/spec.ts'
import { task as detectObjects } from '../../detect-objects/spec.ts'
import { task as embedImage } from '../../embed-image/spec.ts'
import { task as estimateDepth } from '../../estimate-depth/spec.ts'
import { task as removeBackground } from '../../remove-background/spec.ts'
import golden from './golden/results.json' with { type: 'json' }
import { openImageProcessor } from './image-processor.ts'
import { openWords } from './library.ts'
import { load } from './load.ts'

const folder = join(import.meta.dirname, 'golden')
const photos = join(import.meta.dirname, '../../../../testing/photos')
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const
const reference = 'upload:photograph'

interface Finding {
  label: string
  score: number
  bbox?: number[]
}

/** What transformers in Python gave for one photograph. */
interface Expected {
  shape: number[]
  pixels: string
  classes?: Finding[]
  objects?: Finding[]
  embedding?: string
  depth?: { min: number; max: number; samples: string }
  mask?: { samples: string }
}

interface Case {
  threshold?: number
  text?: string
  photos: Record<string, Expected>
}

const cases = Object.entries(golden.models as Record<string, Case>)

function checkpoint(name: string): Checkpoint {
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
  const dir = join(folder, name)
  return { ...plain, id: name, family: '', title: name, description: '', licence, precision: 'fp32', dir, bytes: 1e6 }
}

function unpack(base64: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer)
}

/** The values that the script kept. */
function sampled(values: ArrayLike<number>): number[] {
  return Array.from({ length: golden.samples }, (_, i) => values[(i * golden.step) % values.length]!)
}

function worst(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(actual.length).toBe(expected.length)
  return Array.from(expected).reduce((most, value, i) => Math.max(most, Math.abs(value - actual[i]!)), 0)
}

function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const dot = (x: ArrayLike<number>, y: ArrayLike<number>) => Array.from(x).reduce((sum, v, i) => sum + v * y[i]!, 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

async function seen(name: string): Promise<FakeContext> {
  return fakeContext({ references: { [reference]: await readFile(join(photos, name)) } })
}

/** Runs a task and gives its output as the spec has it. */
async function run<T extends Task>(model: Model, task: T, input: object, context: FakeContext) {
  return (await execute(model, task, input, context)) as ReturnType<T['output']['parse']>
}

/** Ends of the range that a level of 0 to 255 can become, for the tolerance of one level. */
async function oneLevel(name: string): Promise<number> {
  const config = JSON.parse(await readFile(join(folder, name, 'preprocessor_config.json'), 'utf8')) as {
    do_normalize: boolean
    image_std: number[]
  }
  return 1 / 255 / (config.do_normalize ? Math.min(...config.image_std) : 1)
}

const kinds: Record<string, (model: Model, expected: Expected, context: FakeContext, all: Case) => Promise<void>> = {
  async classes(model, expected, context) {
    const { classes } = await run(model, classifyImage, { image: reference }, context)
    expect(classes.map(({ label }) => label)).toEqual(expected.classes?.map(({ label }) => label))
    expect(worst(scores(classes), scores(expected.classes))).toBeLessThan(1e-3)
  },
  async objects(model, expected, context, { threshold }) {
    const { objects, width, height } = await run(
      model,
      detectObjects,
      { image: reference, min_score: threshold },
      context,
    )
    expect(objects.map(({ label }) => label)).toEqual(expected.objects?.map(({ label }) => label))
    expect(worst(scores(objects), scores(expected.objects))).toBeLessThan(1e-3)
    for (const [i, { bbox = [] }] of (expected.objects ?? []).entries()) {
      // The reference lets boxes hang over the edge.
      const inside = bbox.map((value, side) => Math.min(side % 2 === 0 ? width : height, Math.max(0, value)))
      expect(worst(objects[i]!.bbox, inside)).toBeLessThan(1)
    }
  },
  async embedding(model, expected, context) {
    const input = { image: reference, labels: golden.labels, hypothesis_template: golden.template }
    const { classes } = await run(model, classifyZeroShot, input, context)
    const ordered = golden.labels.map(label => classes.find(found => found.label === label)!)
    expect(worst(scores(ordered), scores(expected.classes))).toBeLessThan(1e-3)
    const { embedding } = await run(model, embedImage, { image: reference }, context)
    expect(cosine(embedding, unpack(expected.embedding!))).toBeGreaterThan(0.9999)
  },
  async depth(model, expected, context) {
    const { min, max } = await run(model, estimateDepth, { image: reference }, context)
    const { samples, ...range } = expected.depth!
    expect(worst([min, max], [range.min, range.max])).toBeLessThan(1e-3 * (range.max - range.min))
    const picture = await decodeGrey(context.files[0]!.bytes)
    expect(worst(sampled(picture.data), unpack(samples))).toBeLessThan(1.3)
  },
  async mask(model, expected, context) {
    await run(model, removeBackground, { image: reference, result: 'mask' }, context)
    const picture = await decodeGrey(context.files[0]!.bytes)
    expect(worst(sampled(picture.data), unpack(expected.mask!.samples))).toBeLessThanOrEqual(1)
  },
}

function scores(findings: readonly Finding[] | undefined): number[] {
  return findings?.map(({ score }) => score) ?? []
}

describe.each(cases)('%s gives what transformers gives', (name, all) => {
  let model: Model
  beforeAll(async () => {
    model = await load(checkpoint(name), placement)
  })
  afterAll(() => model.dispose())

  test.each(Object.entries(all.photos))('for %s', async (photo, expected) => {
    const settings: unknown = JSON.parse(await readFile(join(folder, name, 'preprocessor_config.json'), 'utf8'))
    const picture = await decodePicture(await readFile(join(photos, photo)))
    const pixels = openImageProcessor(settings, name).prepare(picture)
    expect([1, 3, pixels.height, pixels.width]).toEqual(expected.shape)
    expect(worst(sampled(pixels.data), unpack(expected.pixels))).toBeLessThan(await oneLevel(name))
    const kind = ['objects', 'embedding', 'depth', 'mask', 'classes'].find(key => key in expected)!
    await kinds[kind]!(model, expected, await seen(photo), all)
  })

  if (all.text === undefined) return
  test('for words', async () => {
    const { embedding } = await run(model, embedImage, { text: 'A photo of a cat.' }, fakeContext())
    expect(cosine(embedding, unpack(all.text!))).toBeGreaterThan(0.9999)
  })
})

test.each(golden.sizes)('$settings.image_processor_type scales $picture to $shape', expected => {
  const [width = 0, height = 0] = expected.picture
  const picture = { width, height, channels: 3, data: new Uint8Array(3 * width * height) } as const
  const pixels = openImageProcessor(expected.settings, expected.model_type).prepare(picture)
  expect([1, 3, pixels.height, pixels.width]).toEqual(expected.shape)
})

test.each(golden.tokens)('CLIP reads "$text" as $ids', async ({ text, ids }) => {
  const dir = join(import.meta.dirname, '../../../../../models/starter/text-to-image/tokenizer')
  const words = await openWords({ dir }, 77)
  expect(Array.from(words.read([text], 'longest').input_ids.data, Number)).toEqual(ids)
})

test('the golden file covers ten photographs and every kind, by the versions that its script pins', () => {
  expect(golden.versions.transformers).toBe('5.23.0')
  expect(cases.length).toBeGreaterThanOrEqual(10)
  for (const [, { photos }] of cases) expect(Object.keys(photos).length).toBe(10)
  for (const [name, { photos, threshold }] of cases) {
    if (threshold === undefined) continue
    const found = Object.values(photos).flatMap(({ objects = [] }) => objects)
    expect([name, found.length > 5]).toEqual([name, true])
  }
})
