import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createStopFilter } from './stop-filter.ts'

function through(pieces: readonly string[], stops: readonly string[]) {
  const filter = createStopFilter(stops)
  const said = pieces.map(piece => filter.push(piece)).join('')
  return { text: said + filter.end(), met: filter.met }
}

test('lets go at once what cannot become a stop string', () => {
  const filter = createStopFilter(['END'])
  expect(filter.push('abc')).toBe('abc')
  expect(filter.push('E')).toBe('')
  expect(filter.push('x')).toBe('Ex')
})

test('of stop strings the first one counts, of those at the same place the longest', () => {
  expect(through(['ab', 'cdef'], ['def', 'cd', 'c'])).toEqual({ text: 'ab', met: 'cd' })
})

test('however a text is cut, it ends before the first stop string', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 30 })
  const stop = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 2, maxLength: 4 })
  fc.assert(
    fc.property(fc.array(letters), fc.array(stop, { minLength: 1, maxLength: 3 }), (pieces, stops) => {
      const whole = pieces.join('')
      const places = stops.map(stop => whole.indexOf(stop)).filter(at => at >= 0)
      const end = places.length === 0 ? whole.length : Math.min(...places)
      const { text, met } = through(pieces, stops)
      // A longer stop string may be complete only later, after a shorter one within it was met.
      expect(text.length).toBeGreaterThanOrEqual(end)
      expect(whole.startsWith(text)).toBe(true)
      expect(met !== undefined).toBe(places.length > 0)
      if (met === undefined) expect(text).toBe(whole)
      else expect(stops.some(stop => whole.startsWith(stop, text.length))).toBe(true)
    }),
  )
})
