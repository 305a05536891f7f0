import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { liveLinkPath, liveWorkerHeader } from '@hearth/contract'
import { createLogger } from '@hearth/log'
import { workers } from '@hearth/store'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type ApiUnderTest, startApi, until } from '../api-under-test.ts'
import { openDeps } from '../open-deps.ts'
import { startServer } from '../server.ts'
import type { LiveRun } from './live-lane.ts'

let api: ApiUnderTest
let worker: ChildProcess
const never = new AbortController().signal

beforeAll(async () => {
  api = await startApi({
    settings: { HEARTH_MEMORY_GB: '1', HEARTH_IDLE_TIMEOUT: '2', HEARTH_CANCEL_GRACE: '1', HEARTH_LIVE_TIMEOUT: '4' },
  })
})
afterAll(() => api?.stop())

const post = (input: object, more: object = {}, init: RequestInit = {}) =>
  api.post('/api/v1/tasks/echo/run', { input: { text: 'x', ...input }, ...more }, init)
const run = (input: object, more: Partial<LiveRun> = {}) =>
  api.deps.live.run({
    task: 'echo',
    input: { text: 'x', ...input },
    media: new Map(),
    owner: api.owner,
    signal: never,
    ...more,
  })
const open = (model: string) => api.deps.live.open({ task: 'echo', model, signal: never })
const residents = async () => (await workers.alive(api.deps.store, 10)).flatMap(({ residents }) => residents)
const engineOf = async (model: string) => (await residents()).find(resident => resident.model === model)?.pid ?? 0

async function startJob(input: object, model = 'echo'): Promise<string> {
  const answer = await api.post('/api/v1/tasks/echo/jobs', { input: { text: 'x', ...input }, model })
  const { id } = (await answer.json()) as { id: string }
  await until(
    'it runs',
    async () => (await (await api.ask(`/api/v1/jobs/${id}`)).json()).progress?.done ?? 0,
    done => done > 0,
  )
  return id
}

async function endJob(id: string): Promise<void> {
  await api.ask(`/api/v1/jobs/${id}/cancel`, { method: 'POST' })
  const ended = await api.ask(`/api/v1/jobs/${id}?wait=30`)
  expect((await ended.json()).state).toBe('cancelled')
}

async function eventsIn(response: Response): Promise<{ event: string; data: unknown }[]> {
  const frames = (await response.text()).split('\n\n').filter(frame => frame.startsWith('event:'))
  return frames.map(frame => {
    const [event = '', data = ''] = frame.split('\n')
    return { event: event.slice('event: '.length), data: JSON.parse(data.slice('data: '.length)) }
  })
}

describe('without a worker', () => {
  it('says so, and when to try again', async () => {
    const response = await post({})
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('2')
    expect(await response.json()).toMatchObject({ error: { code: 'unavailable', retryable: true } })
  })
})

describe('with a worker', () => {
  beforeAll(async () => {
    worker = await api.startWorker()
  })

  it('answers with output, files and times, and stores nothing', async () => {
    const response = await post({ text: 'hello', steps: 2, step_ms: 5, bytes: 40 })
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const answer = await response.json()
    expect(answer).toMatchObject({ model: 'echo', output: { text: 'hello', steps: 2, file: 'echo.txt' } })
    expect(answer.files).toMatchObject([{ name: 'echo.txt', mime: 'text/plain' }, { name: 'noise.bin' }])
    expect(Buffer.from(answer.files[0].data, 'base64').toString()).toBe('hello')
    expect(answer.timings.engine_ms).toBeGreaterThan(9)
    expect(answer.timings.total_ms).toBeGreaterThan(answer.timings.engine_ms)
    expect(await (await api.ask('/api/v1/jobs')).json()).toMatchObject({ jobs: [] })
  })

  it('gives the answer piece by piece to whoever asks for that', async () => {
    const stream = { headers: { accept: 'text/event-stream' } }
    const response = await post({ text: 'hello', steps: 3 }, {}, stream)
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const events = await eventsIn(response)
    expect(events.slice(0, 3)).toEqual([1, 2, 3].map(step => ({ event: 'chunk', data: { step } })))
    expect(events.slice(3)).toMatchObject([{ event: 'done', data: { model: 'echo', output: { text: 'hello' } } }])
    // What is refused before the first piece is refused with a status; what goes wrong later is no end as if all were said.
    expect((await post({ text: '' }, {}, stream)).status).toBe(422)
    const broken = await eventsIn(await post({ steps: 3, fail_at: 3 }, {}, stream))
    expect(broken.map(({ event }) => event)).toEqual(['chunk', 'chunk', 'error'])
    expect(broken.at(-1)?.data).toMatchObject({ error: { code: 'internal' } })
    const crashed = await eventsIn(await post({ steps: 3, crash_at: 3 }, {}, stream))
    expect(crashed.at(-1)).toMatchObject({ event: 'error', data: { error: { code: 'engine-crashed' } } })
  })

  it('stops when whoever reads the pieces has left, and counts silence, not length', async () => {
    const leaving = new AbortController()
    const response = await post(
      { steps: 10_000, step_ms: 5 },
      {},
      { headers: { accept: 'text/event-stream' }, signal: leaving.signal },
    )
    const reader = response.body?.getReader()
    await reader?.read()
    leaving.abort()
    // The model is free again; the next run need not wait for ten thousand steps.
    await vi.waitFor(
      async () => expect((await residents()).find(({ model }) => model === 'echo')?.state).toBe('idle'),
      {
        timeout: 10_000,
      },
    )
    // Longer than HEARTH_LIVE_TIMEOUT in all, never from one piece to the next.
    expect(await run({ steps: 50, step_ms: 100 })).toMatchObject({ output: { steps: 50 } })
  })

  it('takes a form, and pictures that are one', async () => {
    const form = new FormData()
    form.set('text', 'x')
    form.set('file', new Blob([Buffer.from(onePixel, 'base64')]), 'frame.png')
    const good = await api.ask('/api/v1/tasks/echo/run', { method: 'POST', body: form })
    expect((await good.json()).output.text).toContain('PNG')
    const url = await post({ file: `data:image/png;base64,${onePixel}` })
    expect((await url.json()).output.text).toContain('PNG')
    const bad = await post({ file: `data:image/png;base64,${Buffer.from('no picture').toString('base64')}` })
    expect(bad.status).toBe(415)
  })

  it.each([
    [{ text: '' }, {}, 422, 'invalid-input'],
    [{ colour: 'red' }, {}, 422, 'invalid-input'],
    [{}, { model: 'no-such-model' }, 404, 'not-found'],
    [{ fail_at: 1 }, {}, 500, 'internal'],
    [{}, { model: 'echo-broken' }, 500, 'model-broken'],
  ])('refuses %j with %j as %i', async (input, more, status, code) => {
    const response = await post(input, more)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { code } })
  })

  it('does not run what is only a job', async () => {
    const response = await api.post('/api/v1/tasks/pull-model/run', { input: { model: 'x' } })
    expect(response.status).toBe(422)
    expect((await response.json()).error.hint).toContain('/jobs')
  })

  it('refuses at once what a job has in use, and runs beside it', async () => {
    const job = await startJob({ steps: 1000, step_ms: 50 })
    const busy = await post({})
    expect(busy.status).toBe(503)
    expect(await busy.json()).toMatchObject({ error: { code: 'device-busy', retry_after: 5 } })
    expect((await post({}, { model: 'echo-large-a' })).status).toBe(200)
    expect((await (await api.ask(`/api/v1/jobs/${job}`)).json()).state).toBe('running')
    await endJob(job)
    expect((await post({})).status).toBe(200)
  })

  it('refuses at once where the room is taken by a stream, and keeps the model of the stream', async () => {
    const { stream } = await open('echo-large-a')
    const pid = await until('it is seen', () => engineOf('echo-large-a'), Boolean)
    const refused = await post({}, { model: 'echo-large-b' })
    expect(await refused.json()).toMatchObject({ error: { code: 'device-busy' } })
    // Other models leave when they have been idle for so long; this one was idle longer.
    await post({}, { model: 'echo' })
    await until(
      'echo has left',
      () => engineOf('echo'),
      pid => pid === 0,
    )
    expect(await engineOf('echo-large-a')).toBe(pid)
    api.deps.live.close(stream)
    await until(
      'there is room',
      () => post({}, { model: 'echo-large-b' }),
      ({ status }) => status === 200,
    )
  })

  it('ends a run within a step when its client leaves', async () => {
    await post({})
    const leave = new AbortController()
    const left = post({ steps: 1000, step_ms: 100 }, {}, { signal: leave.signal })
    await until(
      'it runs',
      async () => api.deps.links.list()[0]?.load,
      load => load === 1,
    )
    leave.abort()
    await expect(left).rejects.toThrow()
    // Otherwise whoever comes next would be refused after two seconds.
    expect((await post({})).status).toBe(200)
  })

  it('serves those that want the same model one after the other', async () => {
    const runs = await Promise.all(Array.from({ length: 8 }, (_, index) => run({ text: String(index), step_ms: 5 })))
    expect(runs.map(({ output }) => (output as { text: string }).text)).toEqual([...'01234567'])
  })

  it('refuses those that would wait for long', async () => {
    const leave = new AbortController()
    const long = run({ steps: 100, step_ms: 100 }, { signal: leave.signal })
    await until(
      'it runs',
      async () => api.deps.links.list()[0]?.load,
      load => load === 1,
    )
    const late = run({})
    await expect(late).rejects.toMatchObject({ code: 'device-busy', retryAfter: 1 })
    leave.abort(new Error('enough'))
    await expect(long).rejects.toThrow('enough')
  })
})

describe('a stream', () => {
  const count = async (stream?: string) => {
    const { output } = await run({ count: true }, { stream })
    return (output as { count: number }).count
  }

  it('remembers from run to run, until it is closed', async () => {
    const [a, b] = [await open('echo'), await open('echo')]
    expect([await count(a.stream), await count(a.stream), await count(b.stream)]).toEqual([1, 2, 1])
    expect(await count()).toBe(0)
    api.deps.live.close(a.stream)
    await expect(count(a.stream)).rejects.toMatchObject({ code: 'not-found' })
    expect(await count(b.stream)).toBe(2)
    api.deps.live.close(b.stream)
  })

  it('is told of an engine that dies under a frame, and goes on with the next', async () => {
    const { stream } = await open('echo')
    await count(stream)
    await expect(run({ crash_at: 1 }, { stream })).rejects.toMatchObject({ code: 'engine-crashed', retryable: true })
    expect(await count(stream)).toBe(1)
    api.deps.live.close(stream)
  })

  it('is told of an engine that hangs, which is stopped', async () => {
    const { stream } = await open('echo')
    await count(stream)
    await expect(run({ hang_at: 1 }, { stream })).rejects.toMatchObject({ code: 'engine-crashed', retryable: true })
    expect(await count(stream)).toBe(1)
    api.deps.live.close(stream)
  })

  it('is told of a worker that dies, and goes on when there is one again', async () => {
    const { stream } = await open('echo')
    const lost = run({ steps: 1000, step_ms: 50 }, { stream })
    const dead = once(worker, 'exit')
    worker.kill('SIGKILL')
    await expect(lost).rejects.toMatchObject({ code: 'unavailable', retryAfter: 2 })
    await dead
    await expect(count(stream)).rejects.toMatchObject({ code: 'unavailable' })
    worker = await api.startWorker()
    expect(await count(stream)).toBe(1)
    expect(await count(stream)).toBe(2)
    api.deps.live.close(stream)
  })
})

describe('the worker link', () => {
  it('reaches every api process, also one that is started later, and again after a restart', async () => {
    const log = createLogger({ logLevel: 'silent' }, 'other')
    let port = 0
    for (const _ of ['first', 'again']) {
      const other = openDeps(api.deps.config, log)
      const server = await startServer(other, { host: '127.0.0.1', port })
      port = Number(new URL(server.url).port)
      await until(
        'it is linked',
        async () => other.links.list().length,
        count => count === 1,
      )
      const answer = await other.live.run({
        task: 'echo',
        input: { text: 'x' },
        media: new Map(),
        owner: api.owner,
        signal: never,
      })
      expect(answer.model).toBe('echo')
      await server.close()
      await other.close()
    }
    expect(api.deps.links.list().length).toBe(1)
  })

  it.each([
    ['no token', {}, 401],
    ['a wrong token', { authorization: 'Bearer wrong' }, 401],
    ['the token of a page', { origin: 'http://localhost' }, 403],
  ])('refuses %s', async (name, headers, status) => {
    const given = status === 403 ? { ...headers, authorization: `Bearer ${api.deps.links.token}` } : headers
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}${liveLinkPath}`, {
      headers: { [liveWorkerHeader]: name, ...given },
    })
    socket.on('error', () => undefined)
    const [, answer] = await once(socket, 'unexpected-response')
    expect(answer.statusCode).toBe(status)
  })
})

const onePixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
