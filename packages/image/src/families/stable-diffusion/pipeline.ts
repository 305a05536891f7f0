import type { Checkpoint } from '@hearth/contract'
import type { SchedulerConfig } from '../../samplers/scheduler-config.ts'
import type { Layout } from './layout.ts'
import type { Previews } from './previews.ts'
import type { Defaults } from './settings.ts'
import type { TextEncoder } from './text-encoder.ts'
import type { Unet } from './unet.ts'
import type { Vae } from './vae.ts'

/** A loaded model: what every task of this family draws with. */
export interface Pipeline {
  checkpoint: Checkpoint
  layout: Layout
  scheduler: SchedulerConfig
  defaults: Defaults
  encoders: readonly TextEncoder[]
  unet: Unet
  vae: Vae
  previews: Previews
}
