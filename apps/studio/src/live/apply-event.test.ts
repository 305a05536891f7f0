import type { JobEvent, JobView } from '@hearth/contract'
import { expect, test } from 'vitest'
import { applyEvent, newer } from './apply-event.ts'

const stamp = { job: 'job-00000001', owner: 'me', at: '2026-11-21T12:00:00.000Z' }

const queued: JobView = {
  id: 'job-00000001',
  task: 'any',
  state: 'queued',
  owner: 'me',
  model: 'm',
  priority: 'normal',
  input: {},
  output: null,
  outputs: [],
  progress: null,
  error: null,
  attempt: 1,
  retry_of: null,
  queue_position: 3,
  created_at: '2026-11-21T11:59:00.000Z',
  started_at: null,
  finished_at: null,
  last_seq: 1,
}

const story: JobEvent[] = [
  { ...stamp, seq: 2, type: 'started', attempt: 1, model: 'm', device: 'cpu' },
  { ...stamp, seq: 2, type: 'progress', done: 1, total: 4, seconds_left: 3 },
  { ...stamp, seq: 3, type: 'progress', done: 2, total: 4 },
  { ...stamp, seq: 4, type: 'output', file: { name: 'a.png', mime: 'image/png', bytes: 1, sha256: '' } },
  { ...stamp, seq: 5, type: 'succeeded' },
]

test('a job told as it happens ends with its output, at its end', () => {
  const job = story.reduce(applyEvent, queued)
  expect(job).toMatchObject({ state: 'succeeded', last_seq: 5, queue_position: null, finished_at: stamp.at })
  expect(job.outputs).toMatchObject([{ name: 'a.png', url: '/api/v1/jobs/job-00000001/outputs/a.png' }])
})

test('hearing everything twice, as after a reconnect, changes nothing', () => {
  const once = story.reduce(applyEvent, queued)
  expect(story.reduce(applyEvent, once)).toEqual(once)
})

test('progress of an earlier moment does not come back over a later state', () => {
  const ended = story.reduce(applyEvent, queued)
  const late: JobEvent = { ...stamp, seq: 3, type: 'progress', done: 1, total: 4 }
  expect(applyEvent(ended, late)).toBe(ended)
})

test('a job whose worker died waits again and has no progress', () => {
  const running = story.slice(0, 3).reduce(applyEvent, queued)
  const again = applyEvent(running, { ...stamp, seq: 4, type: 'queued', reason: 'the worker stopped' })
  expect(again).toMatchObject({ state: 'queued', progress: null, started_at: null })
})

test('of two views the one with more behind it stays', () => {
  const later = { ...queued, last_seq: 4, state: 'running' as const }
  expect(newer(later, queued)).toBe(later)
  expect(newer(queued, later)).toBe(later)
  expect(newer(undefined, queued)).toBe(queued)
})
