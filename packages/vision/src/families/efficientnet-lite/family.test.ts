import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Checkpoint, checkpointEntry, execute } from '@hearth/contract'
import { decodePicture } from '@hearth/media'
import { executorSuite, fakeContext } from '@hearth/testing'
import { describe, expect, test } from 'vitest'
import { task } from '../../classify-image/spec.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { prepare } from './classify-image.ts'
import { family } from './family.ts'
import golden from './golden/photographs.json' with { type: 'json' }
import { load } from './load.ts'

const repo = join(import.meta.dirname, '../../../../..')
const photo = (name: string) => readFile(join(repo, 'packages/testing/photos', name))
const dir = join(repo, 'models/starter/classify-image')
const entry = checkpointEntry.parse(catalogue[0])
const checkpoint: Checkpoint = { ...entry, family: family.id, dir, digest: 'unverified', tasks: [task.id] }
const placement = { device: 'cpu', deviceIndex: 0, threads: 1 } as const

describe('classifying as the reference does', async () => {
  const model = await load(checkpoint, placement)
  const labels = (await readFile(join(dir, 'labels.txt'), 'utf8')).trimEnd().split('\n')

  test.each(golden.photographs)('$name: the same tensor, scores within 1e-3', async ({ name, size, ...expected }) => {
    const bytes = await photo(name)
    const tensor = prepare(await decodePicture(bytes), 224)
    expected.tensor.forEach((value, i) => {
      expect(Math.abs((tensor[i * golden.every] ?? -1) - value)).toBeLessThanOrEqual(1)
    })
    const run = fakeContext({ references: { 'upload:photograph': bytes } })
    const output = task.output.parse(
      await execute(model, task, { image: 'upload:photograph', top_k: 10, min_score: 0 }, run),
    )
    expect([output.width, output.height]).toEqual(size)
    expect(output.classes.length).toBe(10)
    for (const [i, { label, score }] of output.classes.entries()) {
      expect(Math.abs(score - (expected.scores[i] ?? -1))).toBeLessThan(1e-3)
      // Places whose scores are this near may change.
      const near = expected.classes.filter((_, j) => Math.abs((expected.scores[j] ?? -1) - score) < 1e-3)
      expect(near.map(id => labels[id])).toContain(label)
    }
  })

  test('leaves out what is asked to be left out', async () => {
    const run = fakeContext({ references: { 'upload:photograph': await photo('coffee.jpg') } })
    const output = task.output.parse(await execute(model, task, { image: 'upload:photograph', min_score: 0.5 }, run))
    expect(output.classes.map(({ label }) => label)).toEqual(['espresso'])
  })
})

executorSuite('efficientnet-lite, classify-image', {
  load,
  checkpoint,
  task,
  family,
  input: { image: 'upload:photograph' },
  references: { 'upload:photograph': await photo('chelsea.jpg') },
  stepsAfterAbort: 0,
})
