import { cp } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ModelView } from '@hearth/contract'
import { inspectPicture } from '@hearth/media'
import { jobs } from '@hearth/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi, until } from '../../api-under-test.ts'

const starter = resolve(fileURLToPath(import.meta.url), '../../../../../../models/starter/text-to-image')
let api: ApiUnderTest

beforeAll(async () => {
  api = await startApi({
    worker: true,
    prepare: data => cp(starter, join(data, 'models/stable-diffusion-v1-5'), { recursive: true }),
  })
})
afterAll(() => api.stop())

/** As the published reference of this API has it. */
const published = `{
  "prompt": "海边美丽的日落",
  "negative_prompt": "模糊, 低质量",
  "width": 512,
  "height": 512,
  "num_inference_steps": 50,
  "guidance_scale": 7.5,
  "seed": 42,
  "model_id": "stable-diffusion-v1-5"
}`

const small = { width: 64, height: 64, num_inference_steps: 4, seed: 7 }

describe('text to image', () => {
  it('takes the published request word for word', async () => {
    const answer = await api.ask('/api/text-to-image/generate', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: published,
    })
    const task = await answer.json()
    expect(answer.status).toBe(200)
    expect(task).toEqual({ task_id: expect.any(String), status: 'processing', image_url: null, progress: 0 })
    const row = await jobs.get(api.deps.store, { id: task.task_id })
    expect(row).toMatchObject({ model: 'stable-diffusion-v1-5', dialect: 'multimedia' })
    expect(row?.input).toMatchObject({ prompt: '海边美丽的日落', steps: 50, guidance_scale: 7.5, width: 512, seed: 42 })
    await api.ask(`/api/v1/jobs/${task.task_id}/cancel`, { method: 'POST' })
  })

  it('answers with the picture in the end', async () => {
    const task = await (await api.post('/api/text-to-image/generate', { prompt: 'red apple', ...small })).json()
    const ask = async () => (await api.ask(`/api/text-to-image/status/${task.task_id}`)).json()
    const done = await until('the picture is there', ask, ({ status }) => status !== 'processing')
    expect(done).toEqual({
      task_id: task.task_id,
      status: 'completed',
      image_url: `/outputs/images/generated_${task.task_id}.png`,
      progress: 100,
    })
    const picture = await api.ask(done.image_url)
    expect(picture.headers.get('content-type')).toBe('image/png')
    expect(await inspectPicture(new Uint8Array(await picture.arrayBuffer()))).toMatchObject({ width: 64, height: 64 })
    expect((await api.ask(done.image_url, { key: null })).status).toBe(401)
    // Far from what the model was trained on: done all the same, and said.
    const told = await (await api.ask(`/api/v1/jobs/${task.task_id}/events?format=json`)).json()
    expect(told.events).toContainEqual(
      expect.objectContaining({ type: 'log', message: expect.stringMatching(/64 x 64 is far/) }),
    )
    const stranger = await api.makeKey({ owner: await api.makeOwner('stranger') })
    expect((await api.ask(done.image_url, { key: stranger })).status).toBe(404)
  })

  it('lists what can draw', async () => {
    const models = await (await api.ask('/api/text-to-image/models')).json()
    const listed = models.find((model: { id: string }) => model.id === 'stable-diffusion-v1-5')
    expect(Object.keys(listed)).toEqual(['id', 'name', 'description'])
  })
})

describe('image to image', () => {
  it('answers when it is done', async () => {
    const first = await api.post('/api/v1/tasks/text-to-image/jobs?wait=60', {
      input: { prompt: 'red apple', width: 64, height: 64, steps: 2 },
    })
    const { outputs } = await first.json()
    const picture = await (await api.ask(outputs[0].url)).blob()
    const form = new FormData()
    form.append('image', picture, 'apple.png')
    form.append('prompt', 'green apple')
    form.append('negative_prompt', '')
    form.append('strength', '0.5')
    form.append('num_inference_steps', '4')
    form.append('guidance_scale', '3.5')
    const answer = await api.ask('/api/image-to-image/generate', { method: 'POST', body: form })
    const task = await answer.json()
    expect([answer.status, task.status]).toEqual([200, 'completed'])
    expect((await api.ask(task.image_url)).status).toBe(200)
  })
})

describe('refusals', () => {
  const count = async () => (await jobs.list(api.deps.store, { limit: 200 })).jobs.length
  const refused = async (status: number, pattern: RegExp, request: Promise<Response>) => {
    const answer = await request
    const body = await answer.json()
    expect([answer.status, Object.keys(body)]).toEqual([status, ['detail']])
    expect(body.detail).toMatch(pattern)
  }

  const notInstalled = async (): Promise<string> => {
    const { models } = await (await api.ask('/api/v1/models')).json()
    const draws = ({ state, tasks }: ModelView) => state === 'available' && tasks.includes('text-to-image')
    return models.find(draws).id
  }

  it('come as {"detail"} and queue nothing', async () => {
    const before = await count()
    const generate = (body: unknown) => api.post('/api/text-to-image/generate', body)
    await refused(422, /prompt/, generate({}))
    await refused(422, /num_inference_steps/, generate({ prompt: 'x', num_inference_steps: 0 }))
    await refused(422, /width/, generate({ prompt: 'x', width: 1e9 }))
    await refused(422, /object/, generate([]))
    await refused(404, /hearth pull \S+ \(.+B\)/, generate({ prompt: 'x', model_id: await notInstalled() }))
    await refused(404, /no model called/, generate({ prompt: 'x', model_id: 'nobody' }))
    await refused(404, /no job/, api.ask('/api/text-to-image/status/task_12345'))
    await refused(404, /nothing at this address/, api.ask('/api/nowhere'))
    await refused(405, /does not take/, api.ask('/api/text-to-image/generate'))
    await refused(401, /key/, api.post('/api/text-to-image/generate', { prompt: 'x' }, { key: null }))
    await refused(415, /json/, api.ask('/api/text-to-image/generate', { method: 'POST', body: 'prompt=x' }))
    const form = new FormData()
    form.append('prompt', 'x')
    await refused(422, /image/, api.ask('/api/image-to-image/generate', { method: 'POST', body: form }))
    form.append('image', new Blob(['not a picture']), 'x.png')
    await refused(415, /image/, api.ask('/api/image-to-image/generate', { method: 'POST', body: form }))
    expect(await count()).toBe(before)
  })
})
