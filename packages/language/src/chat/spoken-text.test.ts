import { expect, test } from 'vitest'
import { spokenText } from './spoken-text.ts'

test('marks are left out, words stay', () => {
  expect(
    spokenText('# Tea\n\n1. **Boil** the [water](https://example.org).\n- Add `leaves`, *then* wait.\n\n> Enjoy!'),
  ).toBe('Tea\n\nBoil the water.\nAdd leaves, then wait.\n\nEnjoy!')
})

test('code is not read aloud, neither where it never ends', () => {
  expect(spokenText('Look:\n\n```js\nlet a = 1 // a comment\n```\n\nDone.')).toBe('Look:\n\nDone.')
  expect(spokenText('Look:\n\n```js\nlet a = 1')).toBe('Look:')
})

test('tags and commands, which voices refuse, are gone; comparisons are not', () => {
  expect(spokenText('<b>Bold</b> and 3 < 5 and <|end|> [[x]]')).toBe('Bold and 3 < 5 and x')
})

test('of a table its words are read', () => {
  expect(spokenText('| a | b |\n| --- | --- |\n| one | two |').split(/\s+/)).toEqual(['a', 'b', 'one', 'two'])
})
