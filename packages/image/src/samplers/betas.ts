import { AppError } from '@hearth/contract'
import type { Settings } from './scheduler-config.ts'

const { fround } = Math

/**
 * `torch.linspace` in float32, to the bit: both halves are counted from their own end, the product is not rounded.
 * The last bits matter: rounding of 1 - beta shows ten-thousandfold in the noise level of the smallest timesteps.
 */
function linspace32(first: number, last: number, count: number): Float32Array {
  const start = fround(first)
  const end = fround(last)
  const step = fround(fround(end - start) / (count - 1))
  return Float32Array.from({ length: count }, (_, i) =>
    i < count >> 1 ? start + step * i : end - step * (count - 1 - i),
  )
}

function cosineBetas(count: number): Float32Array {
  const alphaBar = (t: number) => Math.cos(((t + 0.008) / 1.008) * (Math.PI / 2)) ** 2
  return Float32Array.from({ length: count }, (_, i) =>
    Math.min(1 - alphaBar((i + 1) / count) / alphaBar(i / count), 0.999),
  )
}

function trainingBetas(settings: Settings): Float32Array {
  const { trained_betas, beta_schedule, beta_start, beta_end, num_train_timesteps: count } = settings
  if (trained_betas) {
    if (trained_betas.length !== count) {
      throw new AppError(
        'model-broken',
        `the scheduler config lists ${trained_betas.length} betas for ${count} timesteps`,
      )
    }
    return Float32Array.from(trained_betas)
  }
  switch (beta_schedule) {
    case 'linear':
      return linspace32(beta_start, beta_end, count)
    case 'scaled_linear':
      return linspace32(Math.sqrt(beta_start), Math.sqrt(beta_end), count).map(root => root * root)
    case 'squaredcos_cap_v2':
      return cosineBetas(count)
  }
}

/** Products of 1 - beta; summed up in float64 and kept in float32, as torch does on a CPU. */
function cumulativeProduct(betas: Float32Array): Float32Array {
  let product = 1
  return betas.map(beta => {
    product *= fround(1 - beta)
    return product
  })
}

/** Shifts and stretches the square roots of the products so that the last timestep is pure noise (arXiv 2305.08891). */
function rescaleToZeroTerminalSnr(betas: Float32Array): Float32Array {
  const roots = cumulativeProduct(betas).map(Math.sqrt)
  const first = roots[0]!
  const last = roots.at(-1)!
  const scale = fround(first / fround(first - last))
  const alphas = roots.map(root => fround(fround(root - last) * scale) ** 2)
  return alphas.map((alpha, t) => 1 - (t === 0 ? alpha : fround(alpha / alphas[t - 1]!)))
}

/**
 * For each training timestep the share of the picture's variance in the noisy sample (`alphas_cumprod`), in float32.
 *
 * @param leastAlpha what zero-terminal-SNR puts at the last timestep instead of 0 where the sampler divides by it
 */
export function cumulativeAlphas(settings: Settings, leastAlpha?: number): Float32Array {
  const betas = trainingBetas(settings)
  if (!settings.rescale_betas_zero_snr) return cumulativeProduct(betas)
  const alphas = cumulativeProduct(rescaleToZeroTerminalSnr(betas))
  if (leastAlpha !== undefined) alphas[alphas.length - 1] = leastAlpha
  return alphas
}

/** The smallest half-precision number: keeps the first noise level of a zero-terminal-SNR schedule finite. */
export const leastAlpha = 2 ** -24
