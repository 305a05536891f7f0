import { AppError } from '@hearth/contract'
import type { Settings } from './scheduler-config.ts'
import { weightedSum } from './weighted-sum.ts'

/** A noisy sample is `alpha` times the picture plus `sigma` times unit noise. */
export interface Mixture {
  alpha: number
  sigma: number
}

/**
 * The mixture in which the picture has this share of the variance.
 *
 * @throws `invalid-input` for pure noise if the network predicts noise, which then says nothing about the picture
 */
export function mixtureOfShare(alpha: number, prediction: Settings['prediction_type']): Mixture {
  if (alpha === 0 && prediction === 'epsilon') {
    throw new AppError('invalid-input', 'this sampler cannot start at zero signal with a model that predicts noise', {
      path: ['sampler'],
      hint: 'Choose Euler or DPM++ 2M.',
    })
  }
  return { alpha: Math.sqrt(alpha), sigma: Math.sqrt(1 - alpha) }
}

/** The mixture at a noise level of a variance-preserving model. */
export function mixtureAt(sigma: number): Mixture {
  const alpha = 1 / Math.sqrt(sigma * sigma + 1)
  return { alpha, sigma: sigma * alpha }
}

/**
 * The picture that a network's output implies.
 *
 * @param sample the noisy latents the output belongs to, mixed as `mixture` says
 * @param output what the network predicts: noise, velocity, the picture or the flow
 */
export function denoise(
  prediction: Settings['prediction_type'],
  sample: Float32Array,
  output: Float32Array,
  { alpha, sigma }: Mixture,
): Float32Array {
  switch (prediction) {
    case 'epsilon':
      return weightedSum([1 / alpha, sample], [-sigma / alpha, output])
    case 'v_prediction':
      return weightedSum([alpha, sample], [-sigma, output])
    case 'flow_prediction':
      return weightedSum([1, sample], [-sigma, output])
    case 'sample':
      return output
  }
}

/** The same for samples that are the picture plus `sigma` times unit noise, as Euler's method keeps them. */
export function denoiseExploding(
  prediction: Settings['prediction_type'],
  sample: Float32Array,
  output: Float32Array,
  sigma: number,
): Float32Array {
  switch (prediction) {
    case 'epsilon':
      return weightedSum([1, sample], [-sigma, output])
    case 'v_prediction':
      return weightedSum([1 / (sigma * sigma + 1), sample], [-sigma / Math.sqrt(sigma * sigma + 1), output])
    case 'sample':
      return output
    case 'flow_prediction':
      throw new AppError('internal', 'a flow model has no variance-exploding samples')
  }
}

/** Holds every value within -range to range. */
export function clip(values: Float32Array, range: number): Float32Array {
  return values.map(value => Math.min(Math.max(value, -range), range))
}
