import type { Checkpoint, ModelView } from '@hearth/contract'

/** A model on this machine. */
export interface Installed {
  checkpoint: Checkpoint
  origin: NonNullable<ModelView['origin']>
  notes: string[]
}

/** A folder that should be a model and cannot be used. */
export interface Broken {
  id: string
  dir: string
  origin: NonNullable<ModelView['origin']>
  reason: string
  bytes: number
}

export interface Scan {
  /** Catalogue first, then folders by name, then built-in ones. */
  installed: Installed[]
  broken: Broken[]
}

/** What a folder turned out to be; undefined for one that has nothing to do with models. */
export type Outcome = { installed: Installed } | { broken: Broken } | undefined
