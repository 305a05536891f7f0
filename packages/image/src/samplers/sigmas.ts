import { betaQuantile } from './beta-quantile.ts'
import type { Settings } from './scheduler-config.ts'
import { linspace } from './timesteps.ts'

const { fround } = Math

/** Noise level of each training timestep, sqrt((1 - a) / a), in float32 from the clean end to the noisy. */
export function trainingSigmas(alphas: Float32Array): Float32Array {
  return alphas.map(alpha => Math.sqrt(fround(fround(1 - alpha) / alpha)))
}

/** Noise level at a timestep that may lie between two training timesteps; flat beyond both ends. */
export function sigmaAt(sigmas: Float32Array, timestep: number): number {
  const low = Math.floor(timestep)
  if (low < 0) return sigmas[0]!
  if (low >= sigmas.length - 1) return sigmas.at(-1)!
  return (sigmas[low + 1]! - sigmas[low]!) * (timestep - low) + sigmas[low]!
}

/** The timestep whose noise level is `sigma`, between two training timesteps by the logarithm. */
export function timestepAt(logSigmas: Float32Array, sigma: number): number {
  const log = Math.log(Math.max(sigma, 1e-10))
  const above = logSigmas.findIndex(value => value > log)
  const low = Math.min(above === -1 ? logSigmas.length : Math.max(above - 1, 0), logSigmas.length - 2)
  const from = logSigmas[low]!
  const weight = Math.min(Math.max((from - log) / (from - logSigmas[low + 1]!), 0), 1)
  return (1 - weight) * low + weight * (low + 1)
}

const rho = 7

/**
 * Noise levels on another curve between the same ends, if the settings ask for one: Karras (arXiv 2206.00364),
 * exponential or beta (arXiv 2407.12173).
 *
 * @param noisiest, cleanest the ends, unless the settings name others
 */
export function respacedSigmas(
  settings: Settings,
  noisiest: number,
  cleanest: number,
  steps: number,
): number[] | undefined {
  const { use_karras_sigmas, use_exponential_sigmas, use_beta_sigmas } = settings
  const min = settings.sigma_min ?? cleanest
  const max = settings.sigma_max ?? noisiest
  if (use_karras_sigmas) {
    const from = max ** (1 / rho)
    const to = min ** (1 / rho)
    return linspace(0, 1, steps).map(ramp => (from + ramp * (to - from)) ** rho)
  }
  if (use_exponential_sigmas) return linspace(Math.log(max), Math.log(min), steps).map(Math.exp)
  if (use_beta_sigmas) return linspace(0, 1, steps).map(t => min + betaQuantile(1 - t, 0.6) * (max - min))
  return undefined
}
