import { cumulativeAlphas, leastAlpha } from './betas.ts'
import { denoise, type Mixture, mixtureAt } from './prediction.ts'
import type { SamplerOptions, Schedule } from './sampler.ts'
import type { Settings } from './scheduler-config.ts'
import { respacedSigmas, sigmaAt, timestepAt, trainingSigmas } from './sigmas.ts'
import { firstStep, roundHalfEven, solverTimesteps } from './timesteps.ts'
import { weightedSum } from './weighted-sum.ts'

/** Timesteps and noise levels of a whole run; one level more than timesteps. */
export interface SolverTable {
  timesteps: number[]
  sigmas: number[]
}

/** Where the two solvers' classes part. */
export interface SolverClass {
  /** Timesteps of respaced noise levels are rounded for these curves, else cut off. */
  rounds(settings: Settings): boolean
  /** With `final_sigmas_type: sigma_min`, the last noise level is repeated for respaced curves. */
  repeatsLast: boolean
}

/** Number of training timesteps whose signal-to-noise ratio is within `lambda_min_clipped`. */
function usableTimesteps(settings: Settings, alphas: Float32Array): number {
  const noisierThanClip = alphas.findLastIndex(
    alpha => Math.log(Math.sqrt(alpha)) - Math.log(Math.sqrt(1 - alpha)) >= settings.lambda_min_clipped,
  )
  return noisierThanClip + 1
}

/** The table of a model trained by diffusion. */
export function diffusionTable(settings: Settings, steps: number, solver: SolverClass): SolverTable {
  const alphas = cumulativeAlphas(settings, leastAlpha)
  const training = trainingSigmas(alphas)
  const respaced = respacedSigmas(settings, training.at(-1)!, training[0]!, steps)
  if (respaced) {
    const logs = training.map(Math.log)
    const whole = solver.rounds(settings) ? roundHalfEven : Math.trunc
    const last = solver.repeatsLast ? respaced.at(-1)! : training[0]!
    return {
      timesteps: respaced.map(sigma => whole(timestepAt(logs, sigma))),
      sigmas: [...respaced, settings.final_sigmas_type === 'zero' ? 0 : last],
    }
  }
  const timesteps = solverTimesteps(settings, steps, usableTimesteps(settings, alphas))
  const sigmas = timesteps.map(timestep => sigmaAt(training, timestep))
  return { timesteps, sigmas: [...sigmas, settings.final_sigmas_type === 'zero' ? 0 : training[0]!] }
}

/** A schedule of a multistep solver, and the mixtures that its steps calculate with. */
export interface SolverSchedule extends Omit<Schedule, 'step'> {
  /** Steps of the whole run. */
  total: number
  /** Index of the first step within the whole run. */
  first: number
  /** The mixture that step i starts from; i = steps is the result's. */
  mixture(i: number): Mixture
  /** Half the logarithm of the signal-to-noise ratio there; infinite without noise. */
  lambda(i: number): number
}

export function solverSchedule(
  settings: Settings,
  { steps, strength = 1 }: SamplerOptions,
  table: SolverTable,
): SolverSchedule {
  const first = firstStep(steps, strength)
  const sigmas = Float32Array.from(table.sigmas).subarray(first)
  const mixture = (i: number): Mixture =>
    settings.use_flow_sigmas ? { alpha: 1 - sigmas[i]!, sigma: sigmas[i]! } : mixtureAt(sigmas[i]!)
  return {
    total: steps,
    first,
    mixture,
    lambda(i) {
      const { alpha, sigma } = mixture(i)
      return Math.log(alpha) - Math.log(sigma)
    },
    timesteps: table.timesteps.slice(first),
    sigmas: [...sigmas],
    initNoiseSigma: 1,
    noisePerStep: false,
    scaleInput: sample => sample,
    addNoise(original, noise, i) {
      const { alpha, sigma } = mixture(i)
      return weightedSum([alpha, original], [sigma, noise])
    },
    predictDenoised: (sample, output, i) => denoise(settings.prediction_type, sample, output, mixture(i)),
  }
}
