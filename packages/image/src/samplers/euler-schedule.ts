import { cumulativeAlphas, leastAlpha } from './betas.ts'
import { denoiseExploding } from './prediction.ts'
import type { SamplerOptions, Schedule } from './sampler.ts'
import type { Settings } from './scheduler-config.ts'
import { respacedSigmas, sigmaAt, timestepAt, trainingSigmas } from './sigmas.ts'
import { firstStep, spacedTimesteps } from './timesteps.ts'
import { weightedSum } from './weighted-sum.ts'

/** What the two Euler samplers share: samples are the picture plus sigma times noise. */
export function eulerSchedule(settings: Settings, { steps, strength = 1 }: SamplerOptions): Omit<Schedule, 'step'> {
  const training = trainingSigmas(cumulativeAlphas(settings, leastAlpha))
  let timesteps = spacedTimesteps(settings, steps, false)
  let levels = timesteps.map(timestep => sigmaAt(training, timestep))
  const respaced = respacedSigmas(settings, levels[0]!, levels.at(-1)!, steps)
  if (respaced) {
    const logs = training.map(Math.log)
    levels = respaced
    timesteps = respaced.map(sigma => timestepAt(logs, sigma))
  }
  levels.push(settings.final_sigmas_type === 'sigma_min' ? training[0]! : 0)
  const all = Float32Array.from(levels)
  if (settings.timestep_type === 'continuous' && settings.prediction_type === 'v_prediction') {
    timesteps = [...all.subarray(0, -1)].map(sigma => 0.25 * Math.log(sigma))
  }
  const first = firstStep(steps, strength)
  const sigmas = all.subarray(first)
  const noisiest = all.reduce((max, sigma) => Math.max(max, sigma))
  return {
    timesteps: timesteps.slice(first).map(Math.fround),
    sigmas: [...sigmas],
    initNoiseSigma: settings.timestep_spacing === 'leading' ? Math.sqrt(noisiest ** 2 + 1) : noisiest,
    noisePerStep: false,
    scaleInput: (sample, i) => weightedSum([1 / Math.sqrt(sigmas[i]! ** 2 + 1), sample]),
    addNoise: (original, noise, i) => weightedSum([1, original], [sigmas[i]!, noise]),
    predictDenoised: (sample, output, i) => denoiseExploding(settings.prediction_type, sample, output, sigmas[i]!),
  }
}
