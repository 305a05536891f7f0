import type { JobEvent, JobView } from '@hearth/contract'
import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { cached } from '../api/cached.ts'
import { hear, mergeEvents } from './connection.ts'

const stamp = { job: 'job-00000001', owner: 'me', at: '2026-11-21T12:00:00.000Z' }
const event = (seq: number): JobEvent => ({ ...stamp, seq, type: 'log', level: 'info', message: `line ${seq}` })

test('histories join without gaps or doubles, whatever comes first', () => {
  const joined = mergeEvents([event(3), event(1)], [event(2), event(3)])
  expect(joined.map(({ seq }) => seq)).toEqual([1, 2, 3])
})

test('an event reaches the history that is open, and opens none that nobody asked for', () => {
  const client = new QueryClient()
  hear(client, event(1))
  expect(client.getQueryData(cached.events(stamp.job))).toBeUndefined()
  client.setQueryData(cached.events(stamp.job), [event(1)])
  hear(client, event(2))
  expect(client.getQueryData(cached.events(stamp.job))).toHaveLength(2)
})

test('what changes the queue makes the lists stale; passing progress does not', () => {
  const client = new QueryClient()
  client.setQueryData(cached.jobList({}), { pages: [], pageParams: [] })
  client.setQueryData<Partial<JobView>>(cached.job(stamp.job), {
    id: stamp.job,
    state: 'running',
    last_seq: 2,
    outputs: [],
  })
  hear(client, { ...stamp, seq: 2, type: 'progress', done: 1, total: 2 })
  expect(client.getQueryState(cached.jobList({}))?.isInvalidated).toBe(false)
  hear(client, { ...stamp, seq: 3, type: 'cancelled' })
  expect(client.getQueryState(cached.jobList({}))?.isInvalidated).toBe(true)
  expect(client.getQueryData<JobView>(cached.job(stamp.job))?.state).toBe('cancelled')
})
