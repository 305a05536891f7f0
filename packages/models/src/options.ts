import type { Family } from '@hearth/contract'

/** The settings that models need; `Config` of @hearth/config fits. */
export interface ModelsConfig {
  /** Version of Hearth, named to the hosts it pulls from. */
  version: string
  /** The checkout, where `repo` sources lie. */
  repo: string
  roots: { models: string; state: string }
  /** Task id to model id or alias. */
  defaultModels: Readonly<Record<string, string>>
  hfEndpoint: string
  hfToken: string | undefined
  modelscopeEndpoint: string
  modelscopeToken: string | undefined
  npmRegistry: string | undefined
  pypiIndex: string | undefined
}

export interface ModelsOptions {
  config: ModelsConfig
  /** In the order in which a folder is shown to them. */
  families: readonly Family[]
  /** What the families' `checkpoints.json` hold, as read: it is checked here. */
  entries: readonly { family: string; entries: readonly unknown[] }[]
  /**
   * Computes the digest of a model that has none yet when it is resolved: at once for smaller ones, beside everything
   * else for larger ones. For the worker, which writes digests down with what it makes.
   */
  computeDigests?: boolean
  /** Told of a digest that could not be computed. */
  onFault?(fault: { model: string; error: unknown }): void
}
