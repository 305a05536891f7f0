import { encodePicture } from '@hearth/media'
import { jobs } from '@hearth/store'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi } from '../api-under-test.ts'

let api: ApiUnderTest
let picture: Uint8Array<ArrayBuffer>
beforeAll(async () => {
  api = await startApi({ settings: { HEARTH_MAX_UPLOAD_MB: '1', HEARTH_MAX_PIXELS: '100000' } })
  const data = new Uint8Array(64 * 64 * 3).fill(120)
  picture = new Uint8Array(await encodePicture({ width: 64, height: 64, channels: 3, data }, { format: 'png' }))
})
beforeEach(() => api.pretendWorker())
afterAll(() => api.stop())

const count = async () => (await jobs.list(api.deps.store, { limit: 200 })).jobs.length
const echo = (input: unknown, init: Parameters<ApiUnderTest['post']>[2] = {}, beside = {}) =>
  api.post('/api/v1/tasks/echo/jobs', { input, ...beside }, init)
const redraw = (image: unknown, init = {}) =>
  api.post('/api/v1/tasks/image-to-image/jobs', { input: { prompt: 'x', image }, model: 'starter' }, init)
const dataUrl = (bytes: Uint8Array) => `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`

/** A file of a few bytes whose header promises as many pixels as it likes. */
function bomb(): Uint8Array {
  const bytes = new Uint8Array(picture)
  new DataView(bytes.buffer).setUint32(16, 60_000)
  new DataView(bytes.buffer).setUint32(20, 60_000)
  return bytes
}

describe('what is refused', () => {
  it.each<[string, () => Promise<Response>, number, string, RegExp]>([
    ['a missing field', () => echo({}), 422, 'invalid-input', /text/],
    ['a wrong type', () => echo({ text: 5 }), 422, 'invalid-input', /text.*string/],
    ['an absurd number', () => echo({ text: 'x', steps: 1e300 }), 422, 'invalid-input', /steps/],
    ['a misspelt field', () => echo({ text: 'x', step: 4 }), 422, 'invalid-input', /step: echo has no such field/],
    ['a NUL character', () => echo({ text: 'a\0b' }), 422, 'invalid-input', /text/],
    ['a list of pictures for one', () => redraw([dataUrl(picture)]), 422, 'invalid-input', /image.*string/],
    ['no input', () => api.post('/api/v1/tasks/echo/jobs', { text: 'x' }), 422, 'invalid-input', /input/],
    ['no object', () => api.post('/api/v1/tasks/echo/jobs', [1]), 422, 'invalid-input', /body/],
    [
      'no JSON',
      () =>
        api.ask('/api/v1/tasks/echo/jobs', {
          method: 'POST',
          body: '{',
          headers: { 'content-type': 'application/json' },
        }),
      422,
      'invalid-input',
      /JSON/,
    ],
    [
      'another type',
      () => api.ask('/api/v1/tasks/echo/jobs', { method: 'POST', body: 'x' }),
      415,
      'unsupported-media',
      /content-type/,
    ],
    ['an unknown task', () => api.post('/api/v1/tasks/nothing/jobs', { input: {} }), 404, 'not-found', /no task/],
    [
      'an unknown model',
      () => echo({ text: 'x' }, {}, { model: 'nobody' }),
      404,
      'not-found',
      /no model called nobody/,
    ],
    [
      'a model of another task',
      () => echo({ text: 'x' }, {}, { model: 'downloader' }),
      422,
      'invalid-input',
      /does not serve/,
    ],
    ['an unknown priority', () => echo({ text: 'x' }, {}, { priority: 'now' }), 422, 'invalid-input', /priority/],
    [
      'what cannot fit',
      () => echo({ text: 'x', bytes: 64 * 2 ** 20 }, {}, { model: 'echo-large-a' }),
      422,
      'does-not-fit',
      /needs .*B.*more than .*B/,
    ],
    ['a picture bomb', () => redraw(dataUrl(bomb())), 413, 'too-large', /60000 x 60000/],
    ['a cut-off picture', () => redraw(dataUrl(picture.subarray(0, 80))), 422, 'invalid-input', /image: .*damaged/],
    ['text that is no picture', () => redraw(dataUrl(Buffer.from('hello'))), 415, 'unsupported-media', /image/],
    [
      'an SVG',
      () => redraw(dataUrl(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))),
      415,
      'unsupported-media',
      /image/,
    ],
    ['a broken data URL', () => redraw('data:image/png;base64,***'), 422, 'invalid-input', /data URL/],
    ['a private address', () => redraw('https://127.0.0.1/x.png'), 422, 'invalid-input', /public/],
    ['plain http', () => redraw('http://example.com/x.png'), 422, 'invalid-input', /https/],
    ['an unknown upload', () => redraw('upload:aaaaaaaaaaaa'), 404, 'not-found', /no upload/],
    ['an unknown output', () => redraw('output:aaaaaaaa/image-0.png'), 404, 'not-found', /no output/],
  ])('%s', async (_, request, status, code, message) => {
    if (code === 'does-not-fit') await api.pretendWorker(2 ** 27)
    const before = await count()
    const answer = await request()
    const { error } = await answer.json()
    expect([answer.status, error.code]).toEqual([status, code])
    expect(error.message).toMatch(message)
    expect(error.request_id).toBe(answer.headers.get('x-request-id'))
    expect(await count()).toBe(before)
  })

  it('a body beyond the limit, announced or not', async () => {
    const large = new Uint8Array(3 * 2 ** 20)
    const headers = { 'content-type': 'application/json' }
    expect((await api.ask('/api/v1/tasks/echo/jobs', { method: 'POST', body: large, headers })).status).toBe(413)
    const stream = new ReadableStream({
      start(controller) {
        controller.enqueue(large)
        controller.close()
      },
    })
    const init = { method: 'POST', body: stream, headers, duplex: 'half' }
    expect((await api.ask('/api/v1/tasks/echo/jobs', init)).status).toBe(413)
  })

  it('the upload of another owner', async () => {
    const form = new FormData()
    form.append('file', new Blob([picture]), 'x.png')
    const upload = await (await api.ask('/api/v1/uploads', { method: 'POST', body: form })).json()
    expect(upload).toMatchObject({ mime: 'image/png', width: 64, height: 64 })
    const stranger = await api.makeKey({ owner: await api.makeOwner('stranger') })
    expect((await redraw(`upload:${upload.id}`, { key: stranger })).status).toBe(404)
    expect((await api.ask(`/api/v1/uploads/${upload.id}`, { key: stranger })).status).toBe(404)
    expect((await api.ask(`/api/v1/uploads/${upload.id}`)).headers.get('content-type')).toBe('image/png')
  })
})

describe('what is accepted', () => {
  it('a picture in any of its forms', async () => {
    const form = new FormData()
    form.append('file', new Blob([picture]), 'x.png')
    const { id } = await (await api.ask('/api/v1/uploads', { method: 'POST', body: form })).json()
    const part = new FormData()
    part.append('image', new Blob([picture]), 'x.png')
    part.append('prompt', 'x')
    part.append('strength', '0.5')
    part.append('steps', '4')
    part.append('model', 'starter')
    const answers = [
      await redraw(dataUrl(picture)),
      await redraw(`upload:${id}`),
      await api.ask('/api/v1/tasks/image-to-image/jobs', { method: 'POST', body: part }),
    ]
    for (const answer of answers) {
      const job = await answer.json()
      expect([answer.status, job.state, job.queue_position]).toEqual([202, 'queued', expect.any(Number)])
      expect(job.input.image).toMatch(/^upload:/)
    }
  })

  it('a request again under its Idempotency-Key, and no other under the same', async () => {
    const headers = { 'idempotency-key': 'once' }
    const first = await (await echo({ text: 'same' }, { headers })).json()
    const before = await count()
    const again = await echo({ text: 'same' }, { headers })
    expect([again.status, (await again.json()).id]).toEqual([200, first.id])
    expect((await echo({ text: 'other' }, { headers })).status).toBe(409)
    expect(await count()).toBe(before)
  })

  it('a question whether it fits', async () => {
    const fit = await api.post('/api/v1/tasks/echo/fit', { input: { text: 'x' } })
    expect(await fit.json()).toMatchObject({ fits: 'now', device: 'cpu', model: 'echo', estimated_seconds: null })
    await api.pretendWorker(2 ** 27)
    const not = await api.post('/api/v1/tasks/echo/fit', { input: { text: 'x' }, model: 'echo-large-a' })
    expect(await not.json()).toMatchObject({ fits: 'never', device: null, free_after_eviction_bytes: 2 ** 27 })
  })
})

describe('jobs', () => {
  it('are listed by what they are, a page at a time', async () => {
    const key = await api.makeKey({ owner: await api.makeOwner('lister') })
    const ids: string[] = []
    for (const text of ['one apple', 'two apples', 'three pears'])
      ids.push((await (await echo({ text }, { key })).json()).id)
    const list = async (query: string) => (await api.ask(`/api/v1/jobs?${query}`, { key })).json()
    expect((await list('text=apple')).jobs.map((job: { id: string }) => job.id)).toEqual([ids[1], ids[0]])
    const page = await list('limit=2')
    expect(page.jobs.length).toBe(2)
    const next = await list(`limit=2&cursor=${page.next_cursor}`)
    expect([...page.jobs, ...next.jobs].map((job: { id: string }) => job.id)).toEqual(ids.toReversed())
    expect(next.next_cursor).toBeNull()
    expect((await list('state=succeeded,failed')).jobs).toEqual([])
    expect((await list('state=nonsense')).error.path).toEqual(['state'])
    expect((await list('cursor=nonsense')).error.code).toBe('invalid-input')
  })

  it('are cancelled, tried again and deleted by their owner', async () => {
    const { id } = await (await echo({ text: 'x' })).json()
    const stranger = await api.makeKey({ owner: await api.makeOwner('stranger') })
    for (const path of ['', '/cancel', '/retry', '/events', '/preview']) {
      const method = path === '/cancel' || path === '/retry' ? 'POST' : 'GET'
      expect((await api.ask(`/api/v1/jobs/${id}${path}`, { method, key: stranger })).status).toBe(404)
    }
    expect((await api.ask(`/api/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(409)
    const cancelled = await (await api.ask(`/api/v1/jobs/${id}/cancel`, { method: 'POST' })).json()
    expect(cancelled.state).toBe('cancelled')
    const again = await (await api.ask(`/api/v1/jobs/${id}/retry`, { method: 'POST' })).json()
    expect(again).toMatchObject({ state: 'queued', retry_of: id, input: { text: 'x' } })
    expect((await api.ask(`/api/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(204)
  })
})
