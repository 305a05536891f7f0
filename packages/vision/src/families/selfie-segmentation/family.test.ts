import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Checkpoint, checkpointEntry, execute } from '@hearth/contract'
import { decodeAlphaMask, decodeGrey, decodePicture } from '@hearth/media'
import { executorSuite, fakeContext } from '@hearth/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { task } from '../../remove-background/spec.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'
import golden from './golden/masks.json' with { type: 'json' }
import { load } from './load.ts'

const repo = join(import.meta.dirname, '../../../../..')
const photo = (name: string) => readFile(join(repo, 'packages/testing/photos', name))
const dir = join(repo, 'models/starter/remove-background')
const entry = checkpointEntry.parse(catalogue[0])
const checkpoint: Checkpoint = { ...entry, family: family.id, dir, digest: 'unverified', tasks: [task.id] }
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const

describe('cutting people out as the reference does', async () => {
  const model = await load(checkpoint, placement)
  afterAll(() => model.dispose())
  const cut = async (name: string, wanted: object) => {
    const run = fakeContext({ references: { 'upload:photograph': await photo(name) } })
    const output = task.output.parse(await execute(model, task, { image: 'upload:photograph', ...wanted }, run))
    const file = run.files[0]
    if (!file) throw new Error('nothing was saved')
    return { output, file }
  }

  test.each(golden.photographs)('$name: the mask within 1/255', async ({ name, size, mask }) => {
    const { output, file } = await cut(name, { result: 'mask' })
    expect(output.images).toEqual([{ name: 'mask.png', width: size[0], height: size[1] }])
    const { width, height, data } = await decodeGrey(file.bytes)
    const expected = Buffer.from(mask, 'base64')
    let at = 0
    let worst = 0
    for (let y = 0; y < height; y += golden.every) {
      for (let x = 0; x < width; x += golden.every) {
        worst = Math.max(worst, Math.abs((data[y * width + x] ?? -9) - (expected[at++] ?? -9)))
      }
    }
    expect(at).toBe(expected.length)
    expect(worst).toBeLessThanOrEqual(1)
  })

  test('keeps people, in front of nothing or of a colour', async () => {
    const { file } = await cut('astronaut.jpg', {})
    expect(file.mime).toBe('image/png')
    // White is where it is to be seen through: beside her shoulder, and not on her face.
    const through = await decodeAlphaMask(file.bytes)
    expect(through.data[60 * 512 + 30]).toBeGreaterThan(200)
    expect(through.data[120 * 512 + 225]).toBeLessThan(20)
    const onGreen = await cut('astronaut.jpg', { background: '#00ff00', format: 'webp' })
    const picture = await decodePicture(onGreen.file.bytes)
    const [red = 0, green = 0] = picture.data.subarray(3 * (60 * 512 + 30))
    expect([red < 60, green > 200]).toEqual([true, true])
  })
})

executorSuite('selfie-segmentation, remove-background', {
  load,
  checkpoint,
  task,
  family,
  input: { image: 'upload:photograph' },
  references: { 'upload:photograph': await photo('obama.jpg') },
  stepsAfterAbort: 0,
})
