import { AppError } from '@hearth/contract'
import type { Settings } from './scheduler-config.ts'

/** Rounds halves to the even neighbour, as numpy and Python do. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value)
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

/** `numpy.linspace`; a single value is the first one. */
export function linspace(first: number, last: number, count: number): number[] {
  const step = count > 1 ? (last - first) / (count - 1) : 0
  return Array.from({ length: count }, (_, i) => (i > 0 && i === count - 1 ? last : i * step + first))
}

/** Counts down from `last` in `count` equal steps. (numpy.arange gives one more for some counts, such as 61.) */
function countDown(last: number, ratio: number, count: number): number[] {
  const delta = last - ratio - last
  return Array.from({ length: count }, (_, i) => roundHalfEven(last + i * delta) - 1)
}

/**
 * Training timesteps of the sampling steps, from noisy to clean, as the one-step schedulers space them.
 *
 * @param whole whether `linspace` is rounded to whole timesteps
 */
export function spacedTimesteps(settings: Settings, steps: number, whole: boolean): number[] {
  const { num_train_timesteps: total, timestep_spacing, steps_offset } = settings
  switch (timestep_spacing) {
    case 'linspace':
      return linspace(0, total - 1, steps)
        .map(whole ? roundHalfEven : Math.fround)
        .reverse()
    case 'leading': {
      const ratio = Math.floor(total / steps)
      return Array.from({ length: steps }, (_, i) => (steps - 1 - i) * ratio + steps_offset)
    }
    case 'trailing':
      return countDown(total, total / steps, steps)
  }
}

/**
 * The same as the multistep solvers space them: one interval more, of which the clean end is left out.
 *
 * @param noisiest number of training timesteps that may be used
 */
export function solverTimesteps(settings: Settings, steps: number, noisiest: number): number[] {
  const { num_train_timesteps: total, timestep_spacing, steps_offset } = settings
  switch (timestep_spacing) {
    case 'linspace':
      return linspace(0, noisiest - 1, steps + 1)
        .map(roundHalfEven)
        .reverse()
        .slice(0, steps)
    case 'leading': {
      const ratio = Math.floor(noisiest / (steps + 1))
      return Array.from({ length: steps }, (_, i) => (steps - i) * ratio + steps_offset)
    }
    case 'trailing':
      return countDown(noisiest, total / steps, steps)
  }
}

/**
 * Index of the first step of an image-to-image run: the share `strength` of the steps is left.
 *
 * @param round how the share becomes a number of steps: `kept` rounds the steps kept down, `skipped` the steps skipped
 * @throws `invalid-input` if no step would be left
 */
export function firstStep(steps: number, strength: number, round: 'kept' | 'skipped' = 'kept'): number {
  const kept = Math.min(steps * strength, steps)
  const first = round === 'kept' ? steps - Math.floor(kept) : Math.floor(Math.max(steps - kept, 0))
  if (first < steps) return first
  throw new AppError('invalid-input', `a strength of ${strength} leaves none of ${steps} steps`, {
    path: ['strength'],
    hint: `Raise the strength to at least ${(1 / steps).toPrecision(2)} or take more steps.`,
  })
}
