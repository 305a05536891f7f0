import { AppError } from '@hearth/contract'
import { cumulativeAlphas } from './betas.ts'
import { clip, denoise, type Mixture, mixtureOfShare } from './prediction.ts'
import { defineSampler } from './sampler.ts'
import type { Settings } from './scheduler-config.ts'
import { firstStep, spacedTimesteps } from './timesteps.ts'
import { weightedSum } from './weighted-sum.ts'

/** The noise that a network's output implies. */
function impliedNoise(
  prediction: Settings['prediction_type'],
  sample: Float32Array,
  output: Float32Array,
  { alpha, sigma }: Mixture,
): Float32Array {
  if (prediction === 'epsilon') return output
  if (prediction === 'v_prediction') return weightedSum([alpha, output], [sigma, sample])
  return weightedSum([1 / sigma, sample], [-alpha / sigma, output])
}

export default defineSampler({
  id: 'ddim',
  title: 'DDIM',
  diffusers: ['DDIMScheduler'],
  defaults: { timestep_spacing: 'leading', clip_sample: true },
  start(settings, { steps, strength = 1, eta = 0 }) {
    const { num_train_timesteps: total, prediction_type: prediction } = settings
    const alphas = cumulativeAlphas(settings)
    const timesteps = spacedTimesteps(settings, steps, true).slice(firstStep(steps, strength))
    if (timesteps[0]! >= total) {
      throw new AppError('invalid-input', `DDIM cannot take ${steps} steps with this model: take fewer`, {
        path: ['steps'],
      })
    }
    const variance = (timestep: number) => alphas[timestep] ?? (settings.set_alpha_to_one ? 1 : alphas[0]!)
    // Every step goes down by the same number of timesteps, wherever the next one starts.
    const stride = Math.floor(total / steps)
    const here = timesteps.map(variance)
    const next = timesteps.map(timestep => variance(timestep - stride))
    const mixtures = [...here, next.at(-1)!].map(share => mixtureOfShare(share, prediction))
    const mixture = (i: number) => mixtures[i]!
    function predictDenoised(sample: Float32Array, output: Float32Array, i: number) {
      const denoised = denoise(prediction, sample, output, mixture(i))
      return settings.clip_sample ? clip(denoised, settings.clip_sample_range) : denoised
    }
    return {
      timesteps,
      sigmas: mixtures.map(({ alpha, sigma }) => sigma / alpha),
      initNoiseSigma: 1,
      noisePerStep: eta > 0,
      scaleInput: sample => sample,
      addNoise(original, noise, i) {
        const { alpha, sigma } = mixture(i)
        return weightedSum([alpha, original], [sigma, noise])
      },
      predictDenoised,
      step(_state, i, sample, output, noise) {
        const denoised = predictDenoised(sample, output, i)
        const [from, to] = [here[i]!, next[i]!]
        const fresh = eta * Math.sqrt(((1 - to) / (1 - from)) * (1 - from / to))
        const implied = impliedNoise(prediction, sample, output, mixture(i))
        const kept = Math.sqrt(1 - to - fresh * fresh)
        const sum = weightedSum([Math.sqrt(to), denoised], [kept, implied], [fresh, noise ?? implied])
        return { sample: sum, denoised, state: undefined }
      },
    }
  },
})
