import type { Config } from '@hearth/config'
import { createModels, type Models } from '@hearth/models'
import { checkpoints, families, testCheckpoints, testFamilies } from '@hearth/registry/families'

/** The models of the data folder, without a server. */
export function localModels(config: Config): Models {
  return createModels({
    config,
    families: config.testFamilies ? [...families, ...testFamilies] : families,
    entries: config.testFamilies ? [...checkpoints, ...testCheckpoints] : checkpoints,
  })
}
