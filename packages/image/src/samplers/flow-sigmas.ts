import { AppError } from '@hearth/contract'
import type { SamplerOptions } from './sampler.ts'
import type { Settings } from './scheduler-config.ts'

/** Larger pictures need more noise to hide: the shift grows with the length of the transformer's sequence. */
function dynamicShift(settings: Settings, { mu, imageTokens }: SamplerOptions): number {
  if (mu !== undefined) return mu
  if (imageTokens === undefined) {
    throw new AppError('internal', 'this flow model is shifted by picture size: imageTokens or mu is needed')
  }
  const { base_shift, max_shift, base_image_seq_len: base, max_image_seq_len: max } = settings
  return base_shift + ((imageTokens - base) * (max_shift - base_shift)) / (max - base)
}

/** Factor of the odds of noise to picture by which a flow model's schedule is shifted. */
function shiftFactor(settings: Settings, options: SamplerOptions, constant: number): number {
  if (!settings.use_dynamic_shifting) return constant
  const mu = dynamicShift(settings, options)
  return settings.time_shift_type === 'exponential' ? Math.exp(mu) : mu
}

/** A noise level from 0 to 1 with its odds multiplied by `shift`. */
export function shiftSigma(sigma: number, shift: number): number {
  return (shift * sigma) / (1 + (shift - 1) * sigma)
}

/**
 * Shifts a flow model's noise levels as its settings ask for, and stretches them to end at `shift_terminal`.
 *
 * @param constant the shift where it does not follow the picture's size
 */
export function shiftedSigmas(
  settings: Settings,
  options: SamplerOptions,
  sigmas: readonly number[],
  constant: number,
): number[] {
  const factor = shiftFactor(settings, options, constant)
  const shifted = sigmas.map(sigma => shiftSigma(sigma, factor))
  if (!settings.shift_terminal) return shifted
  const scale = (1 - shifted.at(-1)!) / (1 - settings.shift_terminal)
  return shifted.map(sigma => 1 - (1 - sigma) / scale)
}
