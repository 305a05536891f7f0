import { AppError } from '@hearth/contract'
import { shiftedSigmas, shiftSigma } from './flow-sigmas.ts'
import { denoise } from './prediction.ts'
import { defineSampler, type SamplerOptions } from './sampler.ts'
import type { Settings } from './scheduler-config.ts'
import { respacedSigmas } from './sigmas.ts'
import { firstStep, linspace } from './timesteps.ts'
import { weightedSum } from './weighted-sum.ts'

/** Unshifted levels of a run; their ends carry the constant shift once, and get it once more with the rest. */
function plainSigmas(settings: Settings, { steps, flowSigmas }: SamplerOptions): readonly number[] {
  if (flowSigmas) {
    if (flowSigmas.length === steps) return flowSigmas
    throw new AppError('internal', `${flowSigmas.length} noise levels were given for ${steps} steps`)
  }
  const { num_train_timesteps: total, use_dynamic_shifting, shift } = settings
  const end = (sigma: number) => Math.fround(use_dynamic_shifting ? sigma : shiftSigma(sigma, shift))
  return linspace(end(1) * total, end(1 / total) * total, steps).map(timestep => timestep / total)
}

/** Noise levels of a whole run without the last, 0, in float32. */
function runSigmas(settings: Settings, options: SamplerOptions): Float32Array {
  const shifted = shiftedSigmas(settings, options, plainSigmas(settings, options), settings.shift)
  return Float32Array.from(respacedSigmas(settings, shifted[0]!, shifted.at(-1)!, options.steps) ?? shifted)
}

export default defineSampler({
  id: 'flow-match-euler',
  title: 'Flow match Euler',
  diffusers: ['FlowMatchEulerDiscreteScheduler'],
  models: ['flow'],
  start(settings, options) {
    const levels = runSigmas(settings, options).subarray(firstStep(options.steps, options.strength ?? 1, 'skipped'))
    const sigmas = [...levels, 0]
    const mixture = (i: number) => ({ alpha: 1 - sigmas[i]!, sigma: sigmas[i]! })
    const predictDenoised = (sample: Float32Array, output: Float32Array, i: number) =>
      denoise('flow_prediction', sample, output, mixture(i))
    return {
      timesteps: [...levels].map(sigma => Math.fround(sigma * settings.num_train_timesteps)),
      sigmas,
      initNoiseSigma: 1,
      noisePerStep: settings.stochastic_sampling,
      scaleInput: sample => sample,
      addNoise: (original, noise, i) => weightedSum([1 - sigmas[i]!, original], [sigmas[i]!, noise]),
      predictDenoised,
      step(_state, i, sample, output, noise) {
        const denoised = predictDenoised(sample, output, i)
        const to = sigmas[i + 1]!
        const next = settings.stochastic_sampling
          ? weightedSum([1 - to, denoised], [to, noise!])
          : weightedSum([1, sample], [to - sigmas[i]!, output])
        return { sample: next, denoised, state: undefined }
      },
    }
  },
})
