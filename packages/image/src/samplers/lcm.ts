import { AppError } from '@hearth/contract'
import { cumulativeAlphas } from './betas.ts'
import { clip, denoise, mixtureOfShare } from './prediction.ts'
import { defineSampler } from './sampler.ts'
import type { Settings } from './scheduler-config.ts'
import { weightedSum } from './weighted-sum.ts'

/** Standard deviation of the data that the consistency model was distilled with. */
const dataSigma = 0.5

/** Evenly spaced among the timesteps of the distillation; a strength below 1 takes them from the cleaner ones. */
function lcmTimesteps(settings: Settings, steps: number, strength: number): number[] {
  const { num_train_timesteps: total, original_inference_steps: original } = settings
  const usable = Math.trunc(original * strength)
  if (original > total) {
    throw new AppError('model-broken', `the scheduler config distils ${original} steps out of ${total}`)
  }
  if (steps > usable) {
    const share = strength < 1 ? ` at a strength of ${strength}` : ''
    throw new AppError('invalid-input', `LCM has ${usable} steps${share}, not ${steps}`, {
      path: ['steps'],
      hint: 'Take fewer steps; 4 to 8 are usual.',
    })
  }
  const stride = Math.floor(total / original)
  return Array.from({ length: steps }, (_, i) => (usable - Math.floor((i * usable) / steps)) * stride - 1)
}

export default defineSampler({
  id: 'lcm',
  title: 'LCM',
  diffusers: ['LCMScheduler'],
  defaults: { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', timestep_spacing: 'leading' },
  start(settings, { steps, strength = 1 }) {
    const timesteps = lcmTimesteps(settings, steps, strength)
    const alphas = cumulativeAlphas(settings)
    const mixtures = timesteps.map(timestep => mixtureOfShare(alphas[timestep]!, settings.prediction_type))
    const mixture = (i: number) => mixtures[i] ?? { alpha: 1, sigma: 0 }
    function predictDenoised(sample: Float32Array, output: Float32Array, i: number) {
      const denoised = denoise(settings.prediction_type, sample, output, mixture(i))
      return settings.clip_sample ? clip(denoised, settings.clip_sample_range) : denoised
    }
    return {
      timesteps,
      sigmas: [...mixtures.map(({ alpha, sigma }) => sigma / alpha), 0],
      initNoiseSigma: 1,
      noisePerStep: true,
      scaleInput: sample => sample,
      addNoise(original, noise, i) {
        const { alpha, sigma } = mixture(i)
        return weightedSum([alpha, original], [sigma, noise])
      },
      predictDenoised,
      step(_state, i, sample, output, noise) {
        // The boundary condition of a consistency model: at timestep 0 it returns its input.
        const scaled = timesteps[i]! * settings.timestep_scaling
        const norm = scaled * scaled + dataSigma * dataSigma
        const predicted = predictDenoised(sample, output, i)
        const denoised = weightedSum([scaled / Math.sqrt(norm), predicted], [(dataSigma * dataSigma) / norm, sample])
        const { alpha, sigma } = mixture(i + 1)
        return { sample: weightedSum([alpha, denoised], [sigma, noise!]), denoised, state: undefined }
      },
    }
  },
})
