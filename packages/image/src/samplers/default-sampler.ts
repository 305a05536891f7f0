import { AppError } from '@hearth/contract'
import type { Sampler } from './sampler.ts'
import { isFlow, type SchedulerConfig, type Settings } from './scheduler-config.ts'

/** Stands in for classes that no sampler here is, such as PNDM, Heun or DEIS: what it draws is closest to theirs. */
const standIn = { diffusion: 'DPMSolverMultistepScheduler', flow: 'FlowMatchEulerDiscreteScheduler' }

/** How many of the settings that make this sampler the config asks for, less those that it contradicts. */
function agreement({ settings = {} }: Sampler, config: SchedulerConfig): number {
  return Object.keys(settings)
    .map(key => key as keyof Settings)
    .map(key => (config[key] === undefined ? 0 : config[key] === settings[key] ? 1 : -1))
    .reduce<number>((sum, value) => sum + value, 0)
}

/**
 * The sampler that a checkpoint's own scheduler config names, or the nearest to it.
 *
 * @param samplers all there are, `samplers` of samplers.generated.ts
 */
export function defaultSampler(samplers: readonly Sampler[], config: SchedulerConfig): Sampler {
  const known = samplers.filter(({ diffusers }) => diffusers.includes(config._class_name ?? ''))
  const named = standIn[isFlow(config) ? 'flow' : 'diffusion']
  const candidates = (known.length > 0 ? known : samplers.filter(({ diffusers }) => diffusers.includes(named))).filter(
    sampler => sampler.suits(config),
  )
  const [best] = candidates.toSorted((a, b) => agreement(b, config) - agreement(a, config))
  if (best === undefined) throw new AppError('internal', `no sampler stands for ${config._class_name}`)
  return best
}
