import type { Checkpoint } from '@hearth/contract'
import { z } from 'zod'
import { drawingFields } from '../../drawing-fields.ts'
import { defaultSampler } from '../../samplers/default-sampler.ts'
import type { Sampler } from '../../samplers/sampler.ts'
import { samplerIds } from '../../samplers/sampler-ids.generated.ts'
import { samplers } from '../../samplers/samplers.generated.ts'
import type { SchedulerConfig } from '../../samplers/scheduler-config.ts'
import type { Layout } from './layout.ts'

export type SamplerId = (typeof samplerIds)[number]

/** What a request may leave to the checkpoint. */
export interface Defaults {
  width: number
  height: number
  steps: number
  guidance_scale: number
  sampler: SamplerId
}

const { width, height, steps, guidance_scale, sampler } = drawingFields
const checkpointDefaults = z.object({ width, height, steps, guidance_scale, sampler })

function isSamplerId(id: string): id is SamplerId {
  return (samplerIds as readonly string[]).includes(id)
}

export function samplerOf(id: SamplerId): Sampler {
  const found = samplers.find(sampler => sampler.id === id)
  if (!found) throw new RangeError(`${id} is not a sampler`)
  return found
}

function ownSampler(config: SchedulerConfig): SamplerId {
  const { id } = defaultSampler(samplers, config)
  if (!isSamplerId(id)) throw new RangeError(`${id} is not a sampler`)
  return id
}

/** Values for what requests leave open: the catalogue's, else what the config files suggest. */
export function defaultsOf(checkpoint: Checkpoint, layout: Layout, config: SchedulerConfig): Defaults {
  const own = checkpointDefaults.parse(checkpoint.defaults)
  return {
    width: own.width ?? layout.trainedSize[0],
    height: own.height ?? layout.trainedSize[1],
    steps: own.steps ?? (layout.guidanceWidth === undefined ? 20 : 4),
    guidance_scale: own.guidance_scale ?? (layout.sdxl ? 5 : 7.5),
    sampler: own.sampler ?? ownSampler(config),
  }
}
