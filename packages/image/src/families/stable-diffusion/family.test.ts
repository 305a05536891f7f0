import { join } from 'node:path'
import { type Checkpoint, checkpointEntry } from '@hearth/contract'
import { encodePicture, type Picture } from '@hearth/media'
import { executorSuite } from '@hearth/testing'
import { beforeAll } from 'vitest'
import { task as imageToImage } from '../../image-to-image/spec.ts'
import { task as textToImage } from '../../text-to-image/spec.ts'
import catalogue from './checkpoints.json' with { type: 'json' }
import { family } from './family.ts'
import { load } from './load.ts'

const repo = join(import.meta.dirname, '../../../../..')
const entries = catalogue.map(entry => checkpointEntry.parse(entry))
const starter = entries.find(entry => entry.id === 'starter')!
const dir = join(repo, 'models/starter/text-to-image')
const checkpoint: Checkpoint = { ...starter, family: family.id, dir, digest: 'unverified', tasks: [...family.tasks] }

/** A red disc on white. */
function disc(side: number): Picture {
  const data = new Uint8Array(3 * side * side).fill(255)
  for (let i = 0; i < side * side; i++) {
    const inside = Math.hypot((i % side) - side / 2, Math.floor(i / side) - side / 2) < side / 3
    if (inside) data.set([220, 30, 40], 3 * i)
  }
  return { width: side, height: side, channels: 3, data }
}

/** White on the left half. */
function halfMask(side: number): Picture {
  const data = Uint8Array.from({ length: side * side }, (_, i) => (i % side < side / 2 ? 255 : 0))
  return { width: side, height: side, channels: 1, data }
}

const references: Record<string, Uint8Array> = {}
beforeAll(async () => {
  references['upload:example-picture'] = await encodePicture(disc(160), { format: 'png' })
  references['upload:example-mask'] = await encodePicture(halfMask(64), { format: 'png' })
})

executorSuite('stable-diffusion, text-to-image', {
  load,
  checkpoint,
  task: textToImage,
  family,
  input: { prompt: 'red apple', seed: 1, steps: 4, n: 2 },
  longInput: { prompt: 'red apple', seed: 1, steps: 40 },
  stepsAfterAbort: 0,
})

executorSuite('stable-diffusion, image-to-image', {
  load,
  checkpoint,
  task: imageToImage,
  family,
  input: { prompt: 'sun', image: 'upload:example-picture', mask: 'upload:example-mask', seed: 1, steps: 4 },
  longInput: { prompt: 'sun', image: 'upload:example-picture', seed: 1, steps: 40 },
  references,
  stepsAfterAbort: 0,
})
