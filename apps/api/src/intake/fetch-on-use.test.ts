import { task as complete } from '@hearth/language/complete/spec'
import { task as pullModel } from '@hearth/models/pull-model/spec'
import { jobs } from '@hearth/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi } from '../api-under-test.ts'

let api: ApiUnderTest

beforeAll(async () => {
  api = await startApi({ settings: { HEARTH_PULL_ON_USE: '1' } })
  await api.pretendWorker()
}, 120_000)
afterAll(() => api?.stop())

const run = (model?: string) =>
  api.post(`/api/v1/tasks/${complete.id}/run`, { input: { prompt: 'Once' }, ...(model === undefined ? {} : { model }) })
const queue = () => api.post(`/api/v1/tasks/${complete.id}/jobs`, { input: { prompt: 'Once' } })
const pulls = async () => (await jobs.list(api.deps.store, { task: pullModel.id, limit: 50 })).jobs

describe('a model that is asked for before it was pulled', () => {
  it('is not fetched where it is large', async () => {
    const listed = await api.deps.models.list()
    const large = listed.find(
      ({ starter, state, tasks }) => !starter && state === 'available' && tasks.includes(complete.id),
    )
    const answer = await run(large?.id)
    expect(answer.status).toBe(404)
    expect((await answer.json()).error.hint).toContain(`hearth pull ${large?.id}`)
    expect(await pulls()).toEqual([])
  })

  it('is fetched once where it is a starter, and its askers are told to come again', async () => {
    const answers = await Promise.all([run(), run(), queue(), run('smollm2-135m')])
    for (const answer of answers) {
      expect(answer.status).toBe(503)
      expect(answer.headers.get('retry-after')).toBe('2')
      expect((await answer.json()).error).toMatchObject({
        code: 'unavailable',
        message: 'the model smollm2-135m is being fetched: 0 of 98 MB',
        retryable: true,
      })
    }
    expect((await pulls()).map(({ input, owner }) => [input.model, owner])).toEqual([['smollm2-135m', api.owner]])
    const waiting = await jobs.list(api.deps.store, { task: complete.id, limit: 50 })
    expect(waiting.jobs).toEqual([])
  })

  it('is not fetched again and again where that fails', async () => {
    const [pull] = await pulls()
    await api.post(`/api/v1/jobs/${pull?.id}/cancel`, {})
    expect((await run()).status).toBe(503)
    const [again, first] = await pulls()
    expect(first?.id).toBe(pull?.id)
    if (again) await fail(again)
    const answer = await run()
    expect(answer.status).toBe(404)
    expect((await answer.json()).error).toMatchObject({
      code: 'model-not-installed',
      message: 'the model smollm2-135m could not be fetched: the index is away',
      hint: 'Look at the cable.',
    })
    expect(await pulls()).toHaveLength(2)
  })
})

/** As a worker does that took the job. */
async function fail({ id, attempt }: { id: string; attempt: number }): Promise<void> {
  const { store } = api.deps
  const claimed = await jobs.claim(store, { id, attempt, workerId: 'pretended', device: 'cpu' })
  expect(claimed?.row.state).toBe('running')
  const error = {
    code: 'unavailable' as const,
    message: 'the index is away',
    hint: 'Look at the cable.',
    retryable: true,
  }
  await jobs.finish(store, { id, attempt, result: { state: 'failed', error } })
}
