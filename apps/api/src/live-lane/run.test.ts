import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi, until } from '../api-under-test.ts'

let api: ApiUnderTest

beforeAll(async () => {
  api = await startApi({ worker: true })
  await until(
    'the worker is linked',
    async () => api.deps.links.list().length,
    count => count === 1,
  )
})
afterAll(() => api?.stop())

const run = (input: object, more: object = {}) => api.post('/api/v1/tasks/echo/run', { input, ...more })

describe('a run at once', () => {
  it('answers with output, files and times, and stores nothing', async () => {
    const response = await run({ text: 'hello', steps: 2, step_ms: 5, bytes: 40 })
    expect(response.status).toBe(200)
    const answer = await response.json()
    expect(answer).toMatchObject({ model: 'echo', output: { text: 'hello', steps: 2, file: 'echo.txt' } })
    expect(answer.files).toMatchObject([{ name: 'echo.txt', mime: 'text/plain' }, { name: 'noise.bin' }])
    expect(Buffer.from(answer.files[0].data, 'base64').toString()).toBe('hello')
    expect(answer.timings.engine_ms).toBeGreaterThan(9)
    expect(answer.timings.total_ms).toBeGreaterThan(answer.timings.engine_ms)
    expect(await (await api.ask('/api/v1/jobs')).json()).toMatchObject({ jobs: [] })
  })
})
