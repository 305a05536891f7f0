import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nineDigits } from './nine-digits.ts'

it('names every 32-bit number, in few digits', () => {
  fc.assert(
    fc.property(fc.float({ noDefaultInfinity: true, noNaN: true }), value => {
      const named = nineDigits(value)
      expect(Math.fround(named)).toBe(value)
      expect(
        String(Math.abs(named))
          .replace(/e.*|[.]/g, '')
          .replace(/^0+|0+$/g, '').length,
      ).toBeLessThanOrEqual(10)
    }),
    { numRuns: 20_000 },
  )
})

it.each([0, -0, 1, 0.1, -1e-9, 123456789, 3e30, 1e-40])('keeps %d', value => {
  const given = Math.fround(value)
  expect(Math.fround(nineDigits(given))).toBe(given)
})
