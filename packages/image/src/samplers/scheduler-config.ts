import { AppError } from '@hearth/contract'
import { z } from 'zod'

/** JSON `null` is Python's `None`: the value was not given. */
function given<T extends z.ZodType>(type: T) {
  return type.nullish().transform(value => value ?? undefined)
}

const flag = given(z.boolean())
const number = given(z.number())

/** The fields of `scheduler_config.json` that matter to any sampler here. What a file leaves out is not filled in. */
const schedulerConfig = z.object({
  _class_name: given(z.string()),
  num_train_timesteps: given(z.int().positive()),
  beta_start: number,
  beta_end: number,
  beta_schedule: given(z.enum(['linear', 'scaled_linear', 'squaredcos_cap_v2'])),
  trained_betas: given(z.array(z.number())),
  prediction_type: given(z.enum(['epsilon', 'v_prediction', 'sample', 'flow_prediction'])),
  timestep_spacing: given(z.enum(['linspace', 'leading', 'trailing'])),
  timestep_type: given(z.enum(['discrete', 'continuous'])),
  steps_offset: given(z.int()),
  rescale_betas_zero_snr: flag,
  final_sigmas_type: given(z.enum(['zero', 'sigma_min'])),
  use_karras_sigmas: flag,
  use_exponential_sigmas: flag,
  use_beta_sigmas: flag,
  use_lu_lambdas: flag,
  sigma_min: number,
  sigma_max: number,
  interpolation_type: given(z.string()),
  algorithm_type: given(z.string()),
  solver_order: given(z.int().min(1).max(3)),
  solver_type: given(z.string()),
  lower_order_final: flag,
  euler_at_final: flag,
  lambda_min_clipped: number,
  predict_x0: flag,
  disable_corrector: given(z.array(z.int())),
  thresholding: flag,
  clip_sample: flag,
  clip_sample_range: number,
  set_alpha_to_one: flag,
  original_inference_steps: given(z.int().positive()),
  timestep_scaling: number,
  use_flow_sigmas: flag,
  flow_shift: number,
  shift: number,
  use_dynamic_shifting: flag,
  base_shift: number,
  max_shift: number,
  base_image_seq_len: number,
  max_image_seq_len: number,
  shift_terminal: number,
  time_shift_type: given(z.enum(['exponential', 'linear'])),
  stochastic_sampling: flag,
  invert_sigmas: flag,
})
export type SchedulerConfig = z.output<typeof schedulerConfig>

type Optional =
  | '_class_name'
  | 'trained_betas'
  | 'sigma_min'
  | 'sigma_max'
  | 'shift_terminal'
  | 'algorithm_type'
  | 'solver_type'

type Known = Omit<SchedulerConfig, Optional>
/** A config with nothing left open. */
export type Settings = { [K in keyof Known]-?: NonNullable<Known[K]> } & Partial<Pick<SchedulerConfig, Optional>>

/** What diffusers' classes assume where they agree; a sampler names the values in which its class differs. */
const classDefaults: Settings = {
  num_train_timesteps: 1000,
  beta_start: 0.0001,
  beta_end: 0.02,
  beta_schedule: 'linear',
  prediction_type: 'epsilon',
  timestep_spacing: 'linspace',
  timestep_type: 'discrete',
  steps_offset: 0,
  rescale_betas_zero_snr: false,
  final_sigmas_type: 'zero',
  use_karras_sigmas: false,
  use_exponential_sigmas: false,
  use_beta_sigmas: false,
  use_lu_lambdas: false,
  interpolation_type: 'linear',
  solver_order: 2,
  lower_order_final: true,
  euler_at_final: false,
  lambda_min_clipped: Number.NEGATIVE_INFINITY,
  predict_x0: true,
  disable_corrector: [],
  thresholding: false,
  clip_sample: false,
  clip_sample_range: 1,
  set_alpha_to_one: true,
  original_inference_steps: 50,
  timestep_scaling: 10,
  use_flow_sigmas: false,
  flow_shift: 1,
  shift: 1,
  use_dynamic_shifting: false,
  base_shift: 0.5,
  max_shift: 1.15,
  base_image_seq_len: 256,
  max_image_seq_len: 4096,
  time_shift_type: 'exponential',
  stochastic_sampling: false,
  invert_sigmas: false,
}

/**
 * Reads the parsed content of a `scheduler_config.json`. Unknown fields are left out.
 *
 * @throws `model-broken` naming the field that is not as diffusers writes it
 */
export function parseSchedulerConfig(raw: unknown): SchedulerConfig {
  const parsed = schedulerConfig.safeParse(raw)
  if (parsed.success) return parsed.data
  const text = parsed.error.issues.map(issue => `${issue.path.join('.') || 'file'}: ${issue.message}`).join('; ')
  throw new AppError('model-broken', `the scheduler config cannot be used: ${text}`, { cause: parsed.error })
}

/**
 * Reads the text of a `scheduler_config.json`. Python writes `-Infinity` where a bound is off, which is not JSON; such
 * a value is taken as not given.
 *
 * @throws `model-broken` if it is neither JSON nor a scheduler's config
 */
export function parseSchedulerText(text: string): SchedulerConfig {
  const strict = text.replace(/(:\s*)(?:-?Infinity|NaN)(?=\s*[,}\n])/g, '$1null')
  let raw: unknown
  try {
    raw = JSON.parse(strict)
  } catch (cause) {
    throw new AppError('model-broken', 'the scheduler config is not JSON', { cause })
  }
  return parseSchedulerConfig(raw)
}

/** Whether the weights were trained to flow from noise to picture on straight lines (SD3, Flux ...). */
export function isFlow(config: SchedulerConfig): boolean {
  return config._class_name?.startsWith('FlowMatch') === true || config.prediction_type === 'flow_prediction'
}

/**
 * The config as a sampler's class reads it: as with `from_config`, values that the file gives stay, values that it
 * leaves to the defaults of its own class take those of the sampler's class, and `fixed` overrides both.
 */
export function settingsFor(config: SchedulerConfig, defaults: Partial<Settings>, fixed: Partial<Settings>): Settings {
  const file = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined))
  const flow: Partial<Settings> = isFlow(config)
    ? {
        prediction_type: 'flow_prediction',
        use_flow_sigmas: true,
        flow_shift: config.flow_shift ?? config.shift ?? classDefaults.flow_shift,
        shift: config.shift ?? config.flow_shift ?? classDefaults.shift,
      }
    : {}
  return { ...classDefaults, ...defaults, ...file, ...flow, ...fixed }
}
