import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { SamplerOptions, SamplerState } from './sampler.ts'
import { samplers } from './samplers.generated.ts'
import { parseSchedulerConfig } from './scheduler-config.ts'

/** One run of a diffusers scheduler, written by scripts/golden/samplers.py. */
interface Golden {
  name: string
  config: Record<string, unknown>
  options: SamplerOptions
  timesteps: number[]
  sigmas?: number[]
  /** By number of steps done: float32 in base64. */
  samples: Record<string, string>
}

const length = 16
const folder = join(import.meta.dirname, 'golden')

function tensor(value: (k: number) => number): Float32Array {
  return Float32Array.from({ length }, (_, k) => value(k))
}

// The formulas of the golden script.
const noise = (draw: number) => tensor(k => 1.4 * Math.sin(12.9898 * (k + 1) + 78.233 * (draw + 1)))
const picture = tensor(k => 0.8 * Math.sin(0.7 * k + 0.3))
const network = (sample: Float32Array, timestep: number) =>
  tensor(k => 0.9 * Math.sin(0.8 * sample[k]! + 0.37 * k) + 0.3 * Math.cos(0.011 * timestep + k))

function unpack(base64: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(base64, 'base64')).buffer)
}

/** Largest difference, relative to the expected value; for values below `floor`, to that. */
function tableError(actual: readonly number[], expected: readonly number[], floor: number): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  return Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!) / Math.max(floor, Math.abs(expected[i]!))))
}

/** Largest difference, relative to the largest value of the tensor where that is above 1. */
function sampleError(actual: Float32Array, expected: Float32Array): number {
  const scale = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1)
  return actual.reduce((max, value, k) => Math.max(max, Math.abs(value - expected[k]!) / scale), 0)
}

function follow(sampler: (typeof samplers)[number], { config, options, timesteps, sigmas, samples }: Golden) {
  const schedule = sampler.start(parseSchedulerConfig(config), options)
  expect(tableError(schedule.timesteps, timesteps, 1), 'timesteps').toBeLessThan(1e-6)
  if (sigmas) expect(tableError(schedule.sigmas, sigmas, 1e-3), 'sigmas').toBeLessThan(1e-6)
  expect(schedule.sigmas.length).toBe(timesteps.length + 1)
  let sample =
    options.strength === undefined
      ? noise(0).map(value => value * schedule.initNoiseSigma)
      : schedule.addNoise(picture, noise(0), 0)
  let state: SamplerState | undefined
  expect(sampleError(sample, unpack(samples[0]!)), 'start').toBeLessThan(1e-6)
  for (const [i, timestep] of schedule.timesteps.entries()) {
    const output = network(schedule.scaleInput(sample, i), timestep)
    const step = schedule.step(state, i, sample, output, schedule.noisePerStep ? noise(i + 1) : undefined)
    sample = step.sample
    state = step.state
    const expected = samples[i + 1]
    if (expected) expect(sampleError(sample, unpack(expected)), `after step ${i + 1}`).toBeLessThan(1e-4)
  }
}

test('every sampler has a golden file and every golden file a sampler', () => {
  expect(
    readdirSync(folder)
      .map(file => basename(file, '.json'))
      .sort(),
  ).toEqual(samplers.map(({ id }) => id).sort())
})

describe.each(samplers)('$id follows diffusers', sampler => {
  const cases: Golden[] = JSON.parse(readFileSync(join(folder, `${sampler.id}.json`), 'utf8'))
  test.each(cases)('$name', golden => follow(sampler, golden))
})
