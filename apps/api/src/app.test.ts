import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi } from './api-under-test.ts'

let api: ApiUnderTest

beforeAll(async () => {
  api = await startApi({ worker: true })
})
afterAll(() => api.stop())

describe('a job through the native door', () => {
  it('is accepted, run, and its output read', async () => {
    const answer = await api.post('/api/v1/tasks/echo/jobs?wait=30', { input: { text: 'hello', steps: 3 } })
    const job = await answer.json()
    expect(answer.status).toBe(200)
    expect(job).toMatchObject({ task: 'echo', state: 'succeeded', output: { text: 'hello', steps: 3 } })
    const file = await api.ask(job.outputs[0].url)
    expect(file.status).toBe(200)
    expect(await file.text()).toBe('hello')
    expect(file.headers.get('content-security-policy')).toContain('sandbox')
    expect((await (await api.ask(`/api/v1/jobs/${job.id}`)).json()).state).toBe('succeeded')
  })

  it('can be followed by server-sent events from any number on', async () => {
    const job = await (
      await api.post('/api/v1/tasks/echo/jobs', { input: { text: 'a', steps: 5, step_ms: 20 } })
    ).json()
    const all = await (await api.ask(`/api/v1/jobs/${job.id}/events`)).text()
    const ids = [...all.matchAll(/^id: (\d+)$/gm)].map(match => Number(match[1]))
    expect(ids).toEqual(ids.map((_, index) => index + 1))
    expect(all).toContain('event: succeeded')
    const rest = await (await api.ask(`/api/v1/jobs/${job.id}/events`, { headers: { 'last-event-id': '2' } })).text()
    expect([...rest.matchAll(/^id: (\d+)$/gm)].map(match => Number(match[1]))).toEqual(ids.slice(2))
  })

  it('answers health', async () => {
    const answer = await api.ask('/health', { key: null })
    expect([answer.status, await answer.json()]).toMatchObject([200, { status: 'ok', reasons: [] }])
  })
})
