import { mkdir, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '@hearth/config'
import { AppError, type Checkpoint, type Family } from '@hearth/contract'
import { createModels } from '@hearth/models'

const repo = resolve(fileURLToPath(import.meta.url), '../../../..')
const cache = join(repo, 'node_modules/.cache/hearth-models')

/**
 * A model of a family's catalogue, pulled from its packages and kept for all tests of this checkout.
 * @param entries what the family's `checkpoints.json` holds.
 */
export async function pulledModel(family: Family, entries: readonly unknown[], id: string): Promise<Checkpoint> {
  const config = { ...loadConfig(), roots: { models: cache, state: join(cache, '.state') } }
  await mkdir(cache, { recursive: true })
  const models = createModels({ config, families: [family], entries: [{ family: family.id, entries }] })
  for (;;) {
    const found = (await models.installed()).find(checkpoint => checkpoint.id === id)
    if (found) return found
    try {
      await models.pull(id)
    } catch (error) {
      // Another test file is at it.
      if (!(error instanceof AppError) || error.code !== 'conflict') throw error
      await delay(200)
    }
  }
}

/** Lets an instance with this data folder find the model. */
export async function placeModel(checkpoint: Checkpoint, data: string): Promise<void> {
  await mkdir(join(data, 'models'), { recursive: true })
  await symlink(checkpoint.dir, join(data, 'models', checkpoint.id))
}
