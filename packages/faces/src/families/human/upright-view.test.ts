import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Checkpoint, checkpointEntry, execute, type Model } from '@hearth/contract'
import { decodePicture, encodePicture, type Picture } from '@hearth/media'
import { fakeContext } from '@hearth/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { task as embedFaces } from '../../embed-faces/spec.ts'
import { warp } from '../../engine/similarity-transform.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'
import { load } from './load.ts'
import { uprightView } from './upright-view.ts'

const repo = join(import.meta.dirname, '../../../../..')
const image = 'upload:picture1'
let model: Model
beforeAll(async () => {
  const entry = checkpointEntry.parse(catalogue[0])
  const dir = join(repo, 'models/starter/faces')
  const checkpoint: Checkpoint = { ...entry, family: family.id, dir, digest: 'unverified', tasks: [...family.tasks] }
  model = await load(checkpoint, { device: 'cpu', deviceIndex: 0, threads: 1 })
})
afterAll(() => model.dispose())

const photo = (name: string) => decodePicture(readFileSync(join(repo, `packages/testing/photos/${name}.jpg`)))

async function faces(picture: Picture) {
  const references = { [image]: await encodePicture(picture, { format: 'png' }) }
  return embedFaces.output.parse(await execute(model, embedFaces, { image }, fakeContext({ references }))).faces
}

/** The picture turned clockwise about its middle. */
function turned(picture: Picture, degrees: number): Picture {
  const radians = (degrees * Math.PI) / 180
  const [a, b, x, y] = [Math.cos(radians), Math.sin(radians), picture.width / 2, picture.height / 2]
  return warp(picture, { a, b, tx: x - a * x + b * y, ty: y - b * x - a * y }, picture.width, picture.height)
}

it.each([-75, -30, 30, 75])('knows a head that is tilted by %i degrees', async degrees => {
  const picture = await photo('astronaut')
  const [upright] = await faces(picture)
  const [tilted, ...others] = await faces(turned(picture, degrees))
  expect(others).toEqual([])
  expect(Math.abs((tilted?.quality.roll ?? 0) - (upright?.quality.roll ?? 0) - degrees)).toBeLessThan(3)
  const likeness = (tilted?.embedding ?? []).reduce((sum, value, i) => sum + value * (upright?.embedding[i] ?? 0), 0)
  expect(likeness).toBeGreaterThan(0.9)
})

it('does not take a tilted cat for a face', async () => {
  for (const degrees of [-30, -15, 15, 45]) expect(await faces(turned(await photo('chelsea'), degrees))).toEqual([])
})

it.each([1, 12])('leads back to the same place in a picture %i times as large', factor => {
  const [width, height] = [100 * factor, 80 * factor]
  const picture: Picture = { width, height, channels: 3, data: new Uint8Array(3 * width * height) }
  const [x, y] = [70 * factor, 30 * factor]
  picture.data[3 * (y * width + x)] = 255
  const view = uprightView(picture, [20 * factor, 10 * factor, 80 * factor, 70 * factor], 40)
  const [u, v] = [view.bbox[0] + 10, view.bbox[1] + 20]
  const [backX, backY] = view.back([u, v, 0])
  const [centreX, centreY] = view.back([view.picture.width / 2, view.picture.height / 2, 0])
  expect([centreX, centreY]).toEqual([50 * factor, 40 * factor])
  const distance = Math.hypot(u - view.picture.width / 2, v - view.picture.height / 2)
  const scale = view.picture.width / (84 * factor)
  expect(Math.hypot(backX - centreX, backY - centreY)).toBeCloseTo(distance / scale, 5)
})
