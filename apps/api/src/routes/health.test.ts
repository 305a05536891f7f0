import { workers } from '@hearth/store'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiUnderTest, startApi, until } from '../api-under-test.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.stop())

const health = async () => {
  const answer = await api.ask('/health', { key: null })
  return { status: answer.status, ...(await answer.json()) }
}

it('says why no job could be run, and when one could again', async () => {
  expect(await health()).toMatchObject({ status: 'unavailable', reasons: ['no worker is running'] })
  await api.pretendWorker()
  expect(await health()).toMatchObject({ status: 'ok', reasons: [] })

  await api.services.valkey.kill()
  await until('the queue is missed', health, ({ reasons }) => reasons.includes('the queue server does not answer'))
  // A job is accepted all the same: it is safe in the database.
  expect((await api.post('/api/v1/tasks/echo/jobs', { input: { text: 'x' } })).status).toBe(202)
  await api.services.valkey.restart()
  await until(
    'it is back',
    async () => {
      await api.pretendWorker()
      return health()
    },
    ({ status }) => status === 'ok',
  )

  await api.services.postgres.kill()
  expect(await health()).toMatchObject({ status: 'unavailable', reasons: [expect.stringMatching(/database/)] })
  const refused = await api.post('/api/v1/tasks/echo/jobs', { input: { text: 'x' } })
  expect([refused.status, (await refused.json()).error.code]).toEqual([503, 'unavailable'])
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  await api.services.postgres.restart()
  await until('it is back', health, ({ reasons }) => !reasons.some((reason: string) => reason.includes('database')))
  await workers.remove(api.deps.store, 'pretended')
})
