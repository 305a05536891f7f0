import { eulerSchedule } from './euler-schedule.ts'
import { defineSampler } from './sampler.ts'
import { weightedSum } from './weighted-sum.ts'

export default defineSampler({
  id: 'euler',
  title: 'Euler',
  diffusers: ['EulerDiscreteScheduler'],
  start(settings, options) {
    const schedule = eulerSchedule(settings, options)
    return {
      ...schedule,
      step(_state, i, sample, output) {
        const denoised = schedule.predictDenoised(sample, output, i)
        const kept = schedule.sigmas[i + 1]! / schedule.sigmas[i]!
        return { sample: weightedSum([kept, sample], [1 - kept, denoised]), denoised, state: undefined }
      },
    }
  },
})
