import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import euler from './euler.ts'
import eulerAncestral from './euler-ancestral.ts'
import flowMatchEuler from './flow-match-euler.ts'
import lcm from './lcm.ts'
import type { Sampler, SamplerState } from './sampler.ts'
import { samplerIds, samplerTitles } from './sampler-ids.generated.ts'
import { samplers } from './samplers.generated.ts'
import { parseSchedulerConfig, type SchedulerConfig } from './scheduler-config.ts'

const latent = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', clip_sample: false }
const diffusion = parseSchedulerConfig(latent)
const flow = parseSchedulerConfig({ _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 })
const configOf = (sampler: Sampler, prediction?: SchedulerConfig['prediction_type']): SchedulerConfig =>
  sampler.suits(diffusion) ? { ...diffusion, prediction_type: prediction } : flow

const values = fc.array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: 8, maxLength: 8 })
const tensors = values.map(list => Float32Array.from(list))

/** What a network that knows the picture and the noise would say. */
function perfectOutput(config: SchedulerConfig, picture: Float32Array, noise: Float32Array, sigma: number) {
  const alpha = 1 / Math.sqrt(sigma * sigma + 1)
  if (config === flow) return noise.map((value, k) => value - picture[k]!)
  if (config.prediction_type === 'sample') return picture
  if (config.prediction_type === 'v_prediction') {
    return noise.map((value, k) => alpha * value - sigma * alpha * picture[k]!)
  }
  return noise
}

const predictions = ['epsilon', 'v_prediction', 'sample'] as const
const pairs = samplers.flatMap(sampler =>
  predictions
    .filter(prediction => sampler !== eulerAncestral || prediction !== 'sample')
    .filter(prediction => sampler.suits(diffusion) || prediction === 'epsilon')
    .map(prediction => ({ sampler, prediction, id: sampler.id })),
)

describe.each(pairs)('$id with $prediction', ({ sampler, prediction }) => {
  const config = configOf(sampler, prediction)

  test('finds the picture in its own noisy sample', () => {
    fc.assert(
      fc.property(tensors, tensors, fc.integer({ min: 1, max: 30 }), fc.nat(29), (picture, noise, steps, at) => {
        const schedule = sampler.start(config, { steps })
        const i = at % steps
        const sample = schedule.addNoise(picture, noise, i)
        const output = perfectOutput(config, picture, noise, schedule.sigmas[i]!)
        const found = schedule.predictDenoised(sample, output, i)
        for (const [k, value] of picture.entries()) expect(Math.abs(found[k]! - value)).toBeLessThan(1e-4)
      }),
      { numRuns: 50 },
    )
  })

  test('a perfect network leads to the picture, from noise and from inside the schedule', () => {
    const picture = Float32Array.from({ length: 8 }, (_, k) => Math.sin(k))
    const first = Float32Array.from({ length: 8 }, (_, k) => Math.cos(3 * k))
    for (const options of [{ steps: 12 }, { steps: 12, strength: 0.5 }]) {
      const schedule = sampler.start(config, options)
      let sample = schedule.addNoise(picture, first, 0)
      let state: SamplerState | undefined
      for (const [i] of schedule.timesteps.entries()) {
        const sigma = schedule.sigmas[i]!
        const { alpha, spread } = mix(sampler, sigma)
        const noise = sample.map((value, k) => (value - alpha * picture[k]!) / spread)
        const output = perfectOutput(config, picture, noise, sigma)
        const fresh = schedule.noisePerStep ? first.map(value => -value) : undefined
        const step = schedule.step(state, i, sample, output, fresh)
        sample = step.sample
        state = step.state
      }
      const residue = mix(sampler, schedule.sigmas.at(-1)!).spread
      for (const [k, value] of picture.entries()) expect(Math.abs(sample[k]! - value)).toBeLessThan(1e-3 + 3 * residue)
    }
  })
})

/** The mixture that a sampler's samples are at a noise level. */
function mix(sampler: Sampler, sigma: number): { alpha: number; spread: number } {
  if (sampler === flowMatchEuler) return { alpha: 1 - sigma, spread: sigma }
  if (sampler === euler || sampler === eulerAncestral) return { alpha: 1, spread: sigma }
  const alpha = 1 / Math.sqrt(sigma * sigma + 1)
  return { alpha, spread: sigma * alpha }
}

describe.each(samplers)('$id', sampler => {
  const config = configOf(sampler)

  test('goes down from noise to picture, with as many steps as asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom('linspace', 'leading', 'trailing'),
        (steps, spacing) => {
          const schedule = sampler.start({ ...config, timestep_spacing: spacing }, { steps })
          expect(schedule.timesteps.length).toBe(steps)
          expect(schedule.sigmas.length).toBe(steps + 1)
          for (let i = 1; i <= steps; i++) expect(schedule.sigmas[i]!).toBeLessThan(schedule.sigmas[i - 1]!)
        },
      ),
    )
  })

  test('a step changes nothing it is given and can be taken again', () => {
    const schedule = sampler.start(config, { steps: 6 })
    const tensor = (k: number) => Float32Array.from({ length: 8 }, (_, i) => Math.sin(i + k))
    const given = [tensor(0), tensor(1), tensor(2)] as const
    const before = given.map(values => values.slice())
    const first = schedule.step(undefined, 0, ...given)
    const second = schedule.step(first.state, 1, first.sample, given[1], given[2])
    const again = schedule.step(first.state, 1, first.sample, given[1], given[2])
    expect(again).toEqual(second)
    expect(given).toEqual(before)
  })

  test('refuses tensors of different lengths and steps it does not have', () => {
    const schedule = sampler.start(config, { steps: 4 })
    const eight = new Float32Array(8)
    expect(() => schedule.step(undefined, 0, eight, new Float32Array(7), eight)).toThrow(/differ in length/)
    expect(() => schedule.step(undefined, 4, eight, eight, eight)).toThrow(/no step 4/)
    if (schedule.noisePerStep) expect(() => schedule.step(undefined, 0, eight, eight)).toThrow(/needs noise/)
  })

  test.each([0, -1, 2.5, 1001, Number.NaN])('refuses %s steps', steps => {
    expect(() => sampler.start(config, { steps })).toThrow(expect.objectContaining({ code: 'invalid-input' }))
  })

  test('refuses a strength that leaves no step', () => {
    // Flow matching rounds up and so always keeps one.
    if (sampler === flowMatchEuler) {
      expect(sampler.start(config, { steps: 4, strength: 0.01 }).timesteps.length).toBe(1)
    } else {
      expect(() => sampler.start(config, { steps: 4, strength: 0.01 })).toThrow(
        expect.objectContaining({ code: 'invalid-input' }),
      )
    }
    expect(() => sampler.start(config, { steps: 4, strength: 0 })).toThrow(/strength must be above 0/)
  })

  test('refuses what it does not support', () => {
    expect(() => sampler.start({ ...config, thresholding: true }, { steps: 4 })).toThrow(/thresholding/)
  })
})

test('the browser knows the same samplers as the engine', () => {
  expect(samplerIds).toEqual(samplers.map(({ id }) => id))
  expect(samplerTitles).toEqual(Object.fromEntries(samplers.map(({ id, title }) => [id, title])))
})

test('samplers for diffusion refuse a flow model, and the other way round', () => {
  expect(() => euler.start(flow, { steps: 4 })).toThrow(/Euler cannot sample a model trained by flow matching/)
  expect(() => flowMatchEuler.start(diffusion, { steps: 4 })).toThrow(/trained by diffusion/)
})

test('a flow model that is shifted by size must be told the size', () => {
  const dynamic = { ...flow, use_dynamic_shifting: true }
  expect(() => flowMatchEuler.start(dynamic, { steps: 4 })).toThrow(/imageTokens/)
  const bySize = flowMatchEuler.start(dynamic, { steps: 4, imageTokens: 4096 })
  expect(bySize).toMatchObject({ sigmas: flowMatchEuler.start(dynamic, { steps: 4, mu: 1.15 }).sigmas })
})

test('pure noise and a network that predicts noise do not go together where one is divided by the other', () => {
  const config = parseSchedulerConfig({ ...latent, rescale_betas_zero_snr: true, timestep_spacing: 'trailing' })
  expect(euler.start(config, { steps: 4 }).sigmas[0]).toBeCloseTo(4096, 0)
  expect(() => lcm.start(config, { steps: 4 })).toThrow(/zero signal/)
})
