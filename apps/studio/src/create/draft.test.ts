import { expect, test } from 'vitest'
import { patched } from './draft.ts'

test('a field set to nothing goes back to its default by being absent', () => {
  const draft = { values: { prompt: 'fox', seed: 7 }, model: 'm' }
  expect(patched(draft, { seed: undefined, steps: 4 })).toEqual({ values: { prompt: 'fox', steps: 4 }, model: 'm' })
})
