import { AppError } from '@hearth/contract'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { mostWaiting, patiently } from './run-patiently.ts'

const busy = () => new AppError('device-busy', 'the device is in use', { retryAfter: 1 })
const { signal } = new AbortController()

// Only the clock: pauses are short, and 45 seconds pass at once.
beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => vi.useRealTimers())

it('asks again until there is a turn', async () => {
  const work = vi.fn<() => Promise<string>>().mockRejectedValueOnce(busy()).mockRejectedValueOnce(busy())
  const answer = patiently(signal, work.mockResolvedValueOnce('done'))
  expect(await answer).toBe('done')
  expect(work).toHaveBeenCalledTimes(3)
})

it('waits for a worker that is about to be there, and for no other failure', async () => {
  const away = new AppError('unavailable', 'no worker is linked', { retryAfter: 2 })
  const work = vi.fn<() => Promise<string>>().mockRejectedValueOnce(away).mockResolvedValueOnce('done')
  const answer = patiently(signal, work)
  expect(await answer).toBe('done')
  const gone = new AppError('unavailable', 'ffmpeg is not installed')
  await expect(patiently(signal, () => Promise.reject(gone))).rejects.toBe(gone)
  await expect(patiently(signal, () => Promise.reject(new TypeError('odd')))).rejects.toThrow('odd')
})

it('gives up before proxies do', async () => {
  const answer = patiently(signal, () => Promise.reject(busy()))
  const refused = expect(answer).rejects.toMatchObject({ code: 'device-busy' })
  vi.advanceTimersByTime(45_000)
  await refused
})

it('refuses at once where too many wait, until one of them leaves', async () => {
  const leave = new AbortController()
  let asked = 0
  const blocked = () => {
    asked += 1
    return Promise.reject(busy())
  }
  const waiting = Array.from({ length: mostWaiting }, () => patiently(leave.signal, blocked).catch(() => 'left'))
  await vi.waitFor(() => expect(asked).toBe(mostWaiting))
  await expect(patiently(signal, blocked)).rejects.toMatchObject({
    code: 'device-busy',
    message: `${mostWaiting} requests are waiting for a turn already`,
    retryAfter: 5,
  })
  expect(await patiently(signal, async () => 'has a turn')).toBe('has a turn')
  leave.abort()
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['left']))
  const work = vi.fn<() => Promise<string>>().mockRejectedValueOnce(busy()).mockResolvedValueOnce('done')
  const answer = patiently(signal, work)
  expect(await answer).toBe('done')
})
