import { shiftedSigmas } from './flow-sigmas.ts'
import { defineSampler, type SamplerOptions, type SamplerState } from './sampler.ts'
import type { Settings } from './scheduler-config.ts'
import { diffusionTable, type SolverSchedule, type SolverTable, solverSchedule } from './solver-schedule.ts'
import { linspace } from './timesteps.ts'
import { correctorWeights, predictorWeights } from './unipc-weights.ts'
import { type Term, weightedSum } from './weighted-sum.ts'

const nearOne = 1e-6

function flowTable(settings: Settings, options: SamplerOptions): SolverTable {
  const { num_train_timesteps: total } = settings
  const plain = linspace(1, 1 / total, options.steps + 1).slice(0, options.steps)
  const sigmas = shiftedSigmas(settings, options, plain, settings.flow_shift)
  // Pure noise has no logarithm of its picture's share.
  if (Math.abs(sigmas[0]! - 1) < nearOne) sigmas[0]! -= nearOne
  const last = settings.final_sigmas_type === 'zero' ? 0 : sigmas.at(-1)!
  return { timesteps: sigmas.map(sigma => Math.trunc(sigma * total)), sigmas: [...sigmas, last] }
}

/**
 * The sample at level `to`, from the one at level `to - 1`.
 *
 * @param memory pictures predicted at levels to - 1, to - 2 ...
 * @param at picture predicted at level `to` itself, for the corrector
 */
function advance(
  schedule: SolverSchedule,
  to: number,
  sample: Float32Array,
  memory: readonly Float32Array[],
  bh1: boolean,
  at?: Float32Array,
): Float32Array {
  const [newest, ...older] = memory
  const from = to - 1
  const h = schedule.lambda(to) - schedule.lambda(from)
  const ratios = older.map((_, k) => (schedule.lambda(from - 1 - k) - schedule.lambda(from)) / h)
  const { alpha, sigma } = schedule.mixture(to)
  const weights = at ? correctorWeights(ratios, -h, bh1) : predictorWeights(ratios, -h, bh1)
  const others = at ? [...older, at] : older
  const slopes = others.map((values, k): Term => [-alpha * weights[k]!, values])
  const base = alpha * (weights.reduce((sum, weight) => sum + weight, 0) - Math.expm1(-h))
  return weightedSum([sigma / schedule.mixture(from).sigma, sample], [base, newest!], ...slopes)
}

/** Order of the method at step i: grows with the steps remembered and falls towards the end. */
function orderAt(settings: Settings, schedule: SolverSchedule, i: number, state: SamplerState | undefined): number {
  // Towards a clean result the distance is infinite, and only the first order has a limit.
  const left = schedule.timesteps.length - i
  const most = schedule.sigmas[i + 1] === 0 ? 1 : settings.lower_order_final ? left : settings.solver_order
  return Math.min(settings.solver_order, most, (state?.denoised.length ?? 0) + 1)
}

/** Predicts with the steps before, then corrects that with the network's answer at the place it led to. */
export default defineSampler({
  id: 'unipc',
  title: 'UniPC',
  diffusers: ['UniPCMultistepScheduler'],
  models: ['diffusion', 'flow'],
  start(settings, options) {
    const table = settings.use_flow_sigmas
      ? flowTable(settings, options)
      : diffusionTable(settings, options.steps, {
          rounds: ({ use_karras_sigmas }) => use_karras_sigmas,
          repeatsLast: true,
        })
    const schedule = solverSchedule(settings, options, table)
    const bh1 = settings.solver_type === 'bh1'
    return {
      ...schedule,
      step(state, i, sample, output) {
        const denoised = schedule.predictDenoised(sample, output, i)
        const newestFirst = state?.denoised.toReversed() ?? []
        const corrects = state !== undefined && !settings.disable_corrector.includes(schedule.first + i - 1)
        const corrected = corrects
          ? advance(schedule, i, state.sample, newestFirst.slice(0, state.order), bh1, denoised)
          : sample
        const order = orderAt(settings, schedule, i, state)
        const next = advance(schedule, i + 1, corrected, [denoised, ...newestFirst].slice(0, order), bh1)
        const memory = [...(state?.denoised ?? []), denoised].slice(-settings.solver_order)
        return { sample: next, denoised, state: { denoised: memory, sample: corrected, order } }
      },
    }
  },
})
