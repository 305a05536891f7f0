import { AppError } from '@hearth/contract'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { askAgain } from './ask-again.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

it('ends a connection when its key is no more, and not because nobody answers', async () => {
  const ask = vi.fn<() => Promise<void>>().mockResolvedValue()
  const leave = vi.fn()
  askAgain(ask, leave)
  await vi.advanceTimersByTimeAsync(30_000)
  ask.mockRejectedValueOnce(new AppError('unavailable', 'the database is away'))
  await vi.advanceTimersByTimeAsync(30_000)
  expect([ask.mock.calls.length, leave.mock.calls.length]).toEqual([2, 0])
  const refusal = new AppError('unauthenticated', 'this key was revoked')
  ask.mockRejectedValue(refusal)
  await vi.advanceTimersByTimeAsync(90_000)
  expect(leave.mock.calls).toEqual([[refusal]])
  expect(ask).toHaveBeenCalledTimes(3)
})

it('stops asking when the connection is over', async () => {
  const ask = vi.fn(async () => undefined)
  askAgain(ask, () => undefined)()
  await vi.advanceTimersByTimeAsync(90_000)
  expect(ask).not.toHaveBeenCalled()
})
