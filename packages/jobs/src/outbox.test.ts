import { AppError } from '@hearth/contract'
import { expect, test } from 'vitest'
import { createOutbox } from './outbox.ts'

const away = () => new AppError('unavailable', 'away')

test('writes in order, and repeats the first in line while the database is away', async () => {
  const outbox = createOutbox(new AbortController().signal)
  const done: number[] = []
  let failures = 3
  const first = outbox.write(async () => {
    failures -= 1
    if (failures >= 0) throw away()
    done.push(1)
    return 'one'
  })
  const rest = [2, 3].map(n => outbox.write(async () => void done.push(n)))
  expect(await first).toBe('one')
  await Promise.all(rest)
  expect(done).toEqual([1, 2, 3])
})

test('a write that is refused tells its own writer only', async () => {
  const outbox = createOutbox(new AbortController().signal)
  const refused = outbox.write(async () => {
    throw new AppError('conflict', 'over')
  })
  const next = outbox.write(async () => 'fine')
  await expect(refused).rejects.toMatchObject({ code: 'conflict' })
  expect(await next).toBe('fine')
})

test('gives up waiting when told to stop', async () => {
  const stop = new AbortController()
  const outbox = createOutbox(stop.signal)
  let tries = 0
  const waiting = outbox.write(async () => {
    tries += 1
    if (tries === 2) stop.abort()
    throw away()
  })
  const next = outbox.write(async () => {
    throw away()
  })
  await expect(waiting).rejects.toMatchObject({ code: 'unavailable' })
  await expect(next).rejects.toMatchObject({ code: 'unavailable' })
  expect(tries).toBe(2)
})
