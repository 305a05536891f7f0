import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Checkpoint, checkpointEntry, execute } from '@hearth/contract'
import { decodePicture } from '@hearth/media'
import { executorSuite, fakeContext } from '@hearth/testing'
import { describe, expect, test } from 'vitest'
import { task } from '../../detect-objects/spec.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { prepare } from './detect-objects.ts'
import { family } from './family.ts'
import golden from './golden/photographs.json' with { type: 'json' }
import { load } from './load.ts'

const repo = join(import.meta.dirname, '../../../../..')
const photo = (name: string) => readFile(join(repo, 'packages/testing/photos', name))
const dir = join(repo, 'models/starter/detect-objects')
const entry = checkpointEntry.parse(catalogue[0])
const checkpoint: Checkpoint = { ...entry, family: family.id, dir, digest: 'unverified', tasks: [task.id] }
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const

describe('detecting as the reference does', async () => {
  const model = await load(checkpoint, placement)
  const labels = (await readFile(join(dir, 'labels.txt'), 'utf8')).trimEnd().split('\n')
  const detect = async (bytes: Uint8Array, wanted: object, memory?: Map<string, unknown>) => {
    const run = fakeContext({ references: { 'upload:photograph': bytes }, ...(memory ? { memory } : {}) })
    return task.output.parse(await execute(model, task, { image: 'upload:photograph', ...wanted }, run))
  }

  test.each(golden.photographs)('$name: tensor within 1/255, boxes within a pixel, scores within 1e-3', async entry => {
    const bytes = await photo(entry.name)
    const tensor = prepare(await decodePicture(bytes), 512)
    entry.tensor.forEach((value, i) => {
      expect(Math.abs((tensor[i * golden.every] ?? -1) - value)).toBeLessThanOrEqual(1)
    })
    const output = await detect(bytes, { min_score: 0.2 })
    expect([output.width, output.height]).toEqual(entry.size)
    expect(output.objects.length).toBe(entry.objects.length)
    for (const [i, object] of output.objects.entries()) {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, score = 0, id = 0] = entry.objects[i] ?? []
      const [width, height] = [output.width, output.height]
      const inside = [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)]
      expect(object.label).toBe(labels[id])
      expect(Math.abs(object.score - score)).toBeLessThan(1e-3)
      object.bbox.forEach((side, j) => {
        expect(Math.abs(side - (inside[j] ?? -1))).toBeLessThan(1)
      })
    }
  })

  test('keeps to the labels asked for, and numbers tracks in a stream', async () => {
    const bytes = await photo('obama.jpg')
    expect((await detect(bytes, { labels: ['Tie'] })).objects.map(({ label }) => label)).toEqual(['tie'])
    const memory = new Map<string, unknown>()
    await detect(bytes, {}, memory)
    expect((await detect(bytes, {}, memory)).objects.map(({ track }) => track).toSorted()).toEqual([1, 2])
    expect((await detect(bytes, {})).objects.every(({ track }) => track === undefined)).toBe(true)
  })
})

executorSuite('centernet, detect-objects', {
  load,
  checkpoint,
  task,
  family,
  input: { image: 'upload:photograph' },
  references: { 'upload:photograph': await photo('obama.jpg') },
  stepsAfterAbort: 0,
})
