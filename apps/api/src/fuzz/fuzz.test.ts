import { expect, it } from 'vitest'
import { fuzz } from './fuzz.ts'

it('answers 500 random requests without a fault', async () => {
  const report = await fuzz({ count: 500, seed: 1 })
  expect(report.failures).toEqual([])
  expect(report.requests).toBe(500)
  expect(Object.keys(report.statuses).length).toBeGreaterThan(5)
})
