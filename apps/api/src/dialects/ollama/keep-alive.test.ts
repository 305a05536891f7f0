import { expect, it } from 'vitest'
import { keepAlive } from './keep-alive.ts'

it.each([
  [300, 300],
  [0, 0],
  ['0', 0],
  ['0s', 0],
  ['5m', 300],
  ['1h30m', 5400],
  ['1.5h', 5400],
  ['250ms', 0.25],
  [-1, Number.POSITIVE_INFINITY],
  ['-1m', Number.POSITIVE_INFINITY],
])('reads %s', (given, seconds) => {
  expect(keepAlive.parse(given)).toBe(seconds)
})

it.each(['', '5', 'm', '5 minutes', '1d', '5m!'])('refuses %j', given => {
  expect(keepAlive.safeParse(given).error?.issues[0]?.message).toBe('expected seconds or a duration such as 5m')
})
