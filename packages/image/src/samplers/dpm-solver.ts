import { shiftedSigmas } from './flow-sigmas.ts'
import type { SamplerOptions, Schedule } from './sampler.ts'
import type { Settings } from './scheduler-config.ts'
import { diffusionTable, type SolverSchedule, type SolverTable, solverSchedule } from './solver-schedule.ts'
import { linspace } from './timesteps.ts'
import { type Term, weightedSum } from './weighted-sum.ts'

/** The table of a flow model: the shifted straight line without its end. */
function flowTable(settings: Settings, options: SamplerOptions): SolverTable {
  const { num_train_timesteps: total, flow_shift } = settings
  const plain = linspace(1, 1 / total, options.steps + 1).map(alpha => 1 - alpha)
  const sigmas = shiftedSigmas(settings, options, plain, flow_shift).toReversed().slice(0, options.steps)
  return { timesteps: sigmas.map(sigma => Math.trunc(sigma * total)), sigmas: [...sigmas, 0] }
}

/** Whether step i is taken with the first-order formula, for stability at the end. */
function endsInFirstOrder(settings: Settings, schedule: SolverSchedule, i: number): boolean {
  if (i < schedule.timesteps.length - 1) return false
  const few = settings.lower_order_final && schedule.total < 15
  return settings.euler_at_final || few || settings.final_sigmas_type === 'zero'
}

/** Factor of the second-order term over that of the first, both over alpha of the next level. */
function secondOrder(settings: Settings, h: number, first: number): number {
  if (settings.solver_type !== 'heun') return first / 2
  return settings.algorithm_type === 'sde-dpmsolver++' ? 1 - first / (2 * h) : 1 - first / h
}

/**
 * DPM-Solver++ of second order with several steps' memory (arXiv 2211.01095), and its stochastic form.
 * A step forgets the old sample by the factor sigma ratio, and moves towards the predicted picture, extrapolated from
 * the last two.
 */
export function dpmSolver(settings: Settings, options: SamplerOptions): Schedule {
  const stochastic = settings.algorithm_type === 'sde-dpmsolver++'
  const table = settings.use_flow_sigmas
    ? flowTable(settings, options)
    : diffusionTable(settings, options.steps, {
        rounds: ({ use_karras_sigmas, beta_schedule }) => use_karras_sigmas && beta_schedule !== 'squaredcos_cap_v2',
        repeatsLast: false,
      })
  const schedule = solverSchedule(settings, options, table)
  return {
    ...schedule,
    noisePerStep: stochastic,
    step(state, i, sample, output, noise) {
      const denoised = schedule.predictDenoised(sample, output, i)
      const from = schedule.mixture(i)
      const to = schedule.mixture(i + 1)
      const h = schedule.lambda(i + 1) - schedule.lambda(i)
      const gain = -Math.expm1(stochastic ? -2 * h : -h)
      const kept = (to.sigma / from.sigma) * (stochastic ? Math.exp(-h) : 1)
      const terms: Term[] = [[kept, sample]]
      const before = state?.denoised[0]
      if (before === undefined || endsInFirstOrder(settings, schedule, i)) {
        terms.push([to.alpha * gain, denoised])
      } else {
        const ratio = (schedule.lambda(i) - schedule.lambda(i - 1)) / h
        const slope = secondOrder(settings, h, gain) / ratio
        terms.push([to.alpha * (gain + slope), denoised], [-to.alpha * slope, before])
      }
      if (stochastic) terms.push([to.sigma * Math.sqrt(gain), noise!])
      return { sample: weightedSum(...terms), denoised, state: { denoised: [denoised], sample, order: 2 } }
    },
  }
}
