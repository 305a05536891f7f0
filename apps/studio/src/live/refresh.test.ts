import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { refresh } from './refresh.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a burst asks at once and once more after it, not once per event', () => {
  const client = new QueryClient()
  const asked = vi.spyOn(client, 'invalidateQueries')
  for (let event = 0; event < 300; event += 1) refresh(client, ['jobs'])
  expect(asked).toHaveBeenCalledTimes(1)
  vi.advanceTimersByTime(600)
  expect(asked).toHaveBeenCalledTimes(2)
  vi.advanceTimersByTime(5000)
  expect(asked).toHaveBeenCalledTimes(2)
  refresh(client, ['jobs'])
  expect(asked).toHaveBeenCalledTimes(3)
})

test('other answers are not held up', () => {
  const client = new QueryClient()
  const asked = vi.spyOn(client, 'invalidateQueries')
  refresh(client, ['jobs'])
  refresh(client, ['models'])
  expect(asked).toHaveBeenCalledTimes(2)
})
