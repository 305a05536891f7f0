import { AppError } from '@hearth/contract'
import { isFlow, type SchedulerConfig, type Settings, settingsFor } from './scheduler-config.ts'

export interface SamplerOptions {
  /** Denoising steps of a whole run. */
  steps: number
  /** Image-to-image: the share of the schedule that is run, above 0 to 1. Left out: a run from pure noise. */
  strength?: number
  /** DDIM alone: share of fresh noise per step, 0 (the default) to 1. */
  eta?: number
  /** Length of the transformer's picture sequence, for flow models that shift by it. */
  imageTokens?: number
  /** The shift itself, instead of the one that follows from `imageTokens`. */
  mu?: number
  /** Noise levels that replace a flow model's own, before shifting; as many as steps. */
  flowSigmas?: readonly number[]
}

/** What the multistep methods remember. Never changed in place. */
export interface SamplerState {
  /** Predicted pictures of the last steps, newest last. */
  readonly denoised: readonly Float32Array[]
  /** The (corrected) sample that the last step started from. */
  readonly sample: Float32Array
  /** Order of the last step. */
  readonly order: number
}

export interface Step {
  /** The sample at the next noise level. */
  sample: Float32Array
  /** The finished picture as far as this step can tell, for previews. */
  denoised: Float32Array
  state: SamplerState | undefined
}

/**
 * The steps of one run. Index 0 is the first step that is run: with a strength below 1 the noisier ones are left out.
 * All methods are pure; tensors are flat and of one length.
 */
export interface Schedule {
  /** What the network is told at each step; as many as there are steps. */
  readonly timesteps: readonly number[]
  /** Noise levels (standard deviation over picture's share), one more than steps: the last is that of the result. */
  readonly sigmas: readonly number[]
  /** A run from pure noise starts with unit noise times this. */
  readonly initNoiseSigma: number
  /** Each step needs fresh unit noise. */
  readonly noisePerStep: boolean
  /** The sample as the network takes it at step i. */
  scaleInput(sample: Float32Array, i: number): Float32Array
  /** Clean latents with unit noise, as noisy as the sample that step i starts from; i = steps gives the result's level. */
  addNoise(original: Float32Array, noise: Float32Array, i: number): Float32Array
  /** The picture that the network's output at step i implies. */
  predictDenoised(sample: Float32Array, output: Float32Array, i: number): Float32Array
  /**
   * One denoising step.
   *
   * @param state what the step before returned; undefined at the first
   * @param sample as the step before returned it, not scaled
   * @param output the network's, after guidance
   * @param noise unit noise, where `noisePerStep`
   */
  step(
    state: SamplerState | undefined,
    i: number,
    sample: Float32Array,
    output: Float32Array,
    noise?: Float32Array,
  ): Step
}

interface Definition {
  /** Kebab-case, equal to the file's name. */
  id: string
  title: string
  /** Classes of diffusers that this sampler is; a checkpoint whose config names one of them is sampled with it. */
  diffusers: readonly string[]
  /** Which models it can sample; those trained by diffusion if left out. */
  models?: readonly ('diffusion' | 'flow')[]
  /** What its class assumes where it differs from the others. */
  defaults?: Partial<Settings>
  /** What makes it this sampler, whatever the config says. */
  settings?: Partial<Settings>
  start(settings: Settings, options: SamplerOptions): Schedule
}

export interface Sampler extends Omit<Definition, 'start'> {
  /** Whether it can sample a model with this config. */
  suits(config: SchedulerConfig): boolean
  /**
   * Plans a run, as `from_config` with this sampler's class and `set_timesteps` would.
   *
   * @throws `invalid-input` if these options cannot be met, `model-broken` if the config asks for what is not supported
   */
  start(config: SchedulerConfig, options: SamplerOptions): Schedule
}

function checkSettings(settings: Settings): void {
  const unsupported = [
    settings.thresholding && 'thresholding',
    settings.invert_sigmas && 'invert_sigmas',
    settings.interpolation_type !== 'linear' && 'interpolation_type',
    settings.use_lu_lambdas && 'use_lu_lambdas',
    !settings.predict_x0 && 'predict_x0 off',
  ].filter(name => name !== false)
  if (unsupported.length > 0) {
    throw new AppError(
      'model-broken',
      `the scheduler config asks for ${unsupported.join(', ')}, which is not supported`,
    )
  }
}

function checkOptions({ steps, strength }: SamplerOptions, settings: Settings): void {
  if (!Number.isInteger(steps) || steps < 1 || steps > settings.num_train_timesteps) {
    throw new AppError('invalid-input', `steps must be a whole number from 1 to ${settings.num_train_timesteps}`, {
      path: ['steps'],
    })
  }
  if (strength !== undefined && !(strength > 0 && strength <= 1)) {
    throw new AppError('invalid-input', 'strength must be above 0 and at most 1', { path: ['strength'] })
  }
}

/** The step with its arguments looked at first, so that a mistake is not a grey picture. */
function checkedStep(id: string, schedule: Schedule): Schedule['step'] {
  return (state, i, sample, output, noise) => {
    if (!(i >= 0 && i < schedule.timesteps.length)) {
      throw new AppError('internal', `${id} has ${schedule.timesteps.length} steps; there is no step ${i}`)
    }
    if (output.length !== sample.length || (noise !== undefined && noise.length !== sample.length)) {
      throw new AppError('internal', `${id}: sample, output and noise differ in length`)
    }
    if (schedule.noisePerStep && noise === undefined) throw new AppError('internal', `${id} needs noise at each step`)
    return schedule.step(state, i, sample, output, noise)
  }
}

/** A sampler is one file in this folder with this as its default export. */
export function defineSampler(definition: Definition): Sampler {
  const { id, title, models = ['diffusion'], defaults = {}, settings: fixed = {} } = definition
  const suits = (config: SchedulerConfig) => models.includes(isFlow(config) ? 'flow' : 'diffusion')
  return {
    ...definition,
    suits,
    start(config, options) {
      if (!suits(config)) {
        const kind = isFlow(config) ? 'flow matching' : 'diffusion'
        throw new AppError('invalid-input', `${title} cannot sample a model trained by ${kind}`, { path: ['sampler'] })
      }
      const settings = settingsFor(config, defaults, fixed)
      checkSettings(settings)
      checkOptions(options, settings)
      const schedule = definition.start(settings, options)
      return { ...schedule, step: checkedStep(id, schedule) }
    },
  }
}
