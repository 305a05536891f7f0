import { expect, it } from 'vitest'
import { comparedWords, wordErrors } from './word-error-rate.ts'

it('compares words, not their writing', () => {
  expect(comparedWords('“It’s 7 o’clock”, he SAID.')).toEqual(["it's", '7', "o'clock", 'he', 'said'])
  expect(wordErrors('Take seven eggs, please.', 'take 7 eggs please')).toEqual({ errors: 0, words: 4 })
})

it.each([
  ['a b c d', 'a x c d', 1],
  ['a b c d', 'a c d', 1],
  ['a b c d', 'a b b c d', 1],
  ['a b c d', 'd c b a', 4],
  ['a b c d', '', 4],
  ['', 'a b', 2],
  ['kitten sitting', 'kitten sitting', 0],
])('%j heard as %j is wrong in %i words', (said, heard, errors) => {
  expect(wordErrors(said, heard).errors).toBe(errors)
})
