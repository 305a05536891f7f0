import fc from 'fast-check'
import { expect, test } from 'vitest'
import { betaQuantile } from './beta-quantile.ts'
import { parseSchedulerConfig, settingsFor } from './scheduler-config.ts'
import { firstStep, roundHalfEven, solverTimesteps, spacedTimesteps } from './timesteps.ts'

const trailing = settingsFor(parseSchedulerConfig({ timestep_spacing: 'trailing' }), {}, {})

test('halves are rounded to the even neighbour', () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4, 2.6].map(roundHalfEven).map(value => value + 0)).toEqual([
    0, 2, 2, 0, -2, 2, 3,
  ])
})

test('trailing gives as many timesteps as asked for, all of them real ones', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), steps => {
      for (const timesteps of [spacedTimesteps(trailing, steps, true), solverTimesteps(trailing, steps, 1000)]) {
        expect(timesteps.length).toBe(steps)
        expect(timesteps[0]).toBe(999)
        expect(timesteps.at(-1)).toBeGreaterThanOrEqual(0)
      }
    }),
  )
})

test('strength leaves its share of the steps', () => {
  expect(firstStep(20, 1)).toBe(0)
  expect(firstStep(28, 0.6)).toBe(12)
  expect(firstStep(28, 0.6, 'skipped')).toBe(11)
  expect(() => firstStep(20, 0.04)).toThrow(/none of 20 steps/)
})

test('beta quantiles are those of scipy', () => {
  // scipy.stats.beta.ppf(p, 0.6, 0.6)
  const known = [
    [0.001, 1.855873851745199e-5],
    [0.1, 0.03958440558878085],
    [0.5, 0.5],
    [0.9, 0.9604155944112192],
  ] as const
  for (const [p, x] of known) expect(Math.abs(betaQuantile(p, 0.6) / x - 1)).toBeLessThan(1e-12)
  expect([betaQuantile(0, 0.6), betaQuantile(1, 0.6)]).toEqual([0, 1])
})
