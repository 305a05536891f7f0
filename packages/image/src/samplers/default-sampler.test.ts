import { expect, test } from 'vitest'
import { defaultSampler } from './default-sampler.ts'
import { samplers } from './samplers.generated.ts'
import { parseSchedulerConfig } from './scheduler-config.ts'

test.each([
  [{ _class_name: 'EulerDiscreteScheduler' }, 'euler'],
  [{ _class_name: 'EulerAncestralDiscreteScheduler' }, 'euler-ancestral'],
  [{ _class_name: 'DDIMScheduler' }, 'ddim'],
  [{ _class_name: 'UniPCMultistepScheduler' }, 'unipc'],
  [{ _class_name: 'LCMScheduler' }, 'lcm'],
  [{ _class_name: 'DPMSolverMultistepScheduler' }, 'dpmpp-2m'],
  [{ _class_name: 'DPMSolverMultistepScheduler', use_karras_sigmas: true }, 'dpmpp-2m-karras'],
  [{ _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'sde-dpmsolver++' }, 'dpmpp-2m-sde'],
  [
    { _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'sde-dpmsolver++', use_karras_sigmas: true },
    'dpmpp-2m-sde',
  ],
  [{ _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 }, 'flow-match-euler'],
  [{ _class_name: 'FlowMatchHeunDiscreteScheduler' }, 'flow-match-euler'],
  [{ _class_name: 'PNDMScheduler', skip_prk_steps: true }, 'dpmpp-2m'],
  [{ _class_name: 'HeunDiscreteScheduler', use_karras_sigmas: true }, 'dpmpp-2m-karras'],
  [{}, 'dpmpp-2m'],
])('%j is sampled with %s', (config, id) => {
  expect(defaultSampler(samplers, parseSchedulerConfig(config)).id).toBe(id)
})
