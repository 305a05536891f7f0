import { AppError } from '@hearth/contract'
import { eulerSchedule } from './euler-schedule.ts'
import { defineSampler } from './sampler.ts'
import { weightedSum } from './weighted-sum.ts'

export default defineSampler({
  id: 'euler-ancestral',
  title: 'Euler ancestral',
  diffusers: ['EulerAncestralDiscreteScheduler'],
  // Its class knows neither other curves nor another end.
  settings: {
    use_karras_sigmas: false,
    use_exponential_sigmas: false,
    use_beta_sigmas: false,
    timestep_type: 'discrete',
    final_sigmas_type: 'zero',
  },
  start(settings, options) {
    if (settings.prediction_type === 'sample') {
      throw new AppError('invalid-input', 'Euler ancestral cannot sample a model that predicts the picture itself', {
        path: ['sampler'],
      })
    }
    const schedule = eulerSchedule(settings, options)
    return {
      ...schedule,
      noisePerStep: true,
      step(_state, i, sample, output, noise) {
        const denoised = schedule.predictDenoised(sample, output, i)
        const from = schedule.sigmas[i]!
        const to = schedule.sigmas[i + 1]!
        const fresh = (to * Math.sqrt(from * from - to * to)) / from
        const kept = Math.sqrt(to * to - fresh * fresh) / from
        const next = weightedSum([kept, sample], [1 - kept, denoised], [fresh, noise!])
        return { sample: next, denoised, state: undefined }
      },
    }
  },
})
