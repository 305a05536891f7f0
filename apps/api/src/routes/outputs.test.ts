import { signLink } from '@hearth/files'
import { encodePicture, inspectPicture } from '@hearth/media'
import { jobs } from '@hearth/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi } from '../api-under-test.ts'

let api: ApiUnderTest
let id: string
let url: string
let picture: Uint8Array

/** A finished job with a picture and a text, as a worker would leave it. */
async function finishedJob(): Promise<string> {
  const { store, files } = api.deps
  const { job } = await jobs.create(store, {
    task: 'echo',
    owner: api.owner,
    model: 'echo',
    family: 'echo',
    input: { text: 'x' },
  })
  await jobs.claim(store, { id: job.id, attempt: 1, workerId: 'pretended', device: 'cpu' })
  const staging = files.stage({ id: job.id, created_at: job.createdAt }, 1)
  const outputs = [
    await staging.put({ name: 'image-0.png', bytes: picture, mime: 'image/png', width: 600, height: 300 }),
    await staging.put({ name: 'page.html', bytes: Buffer.from('<script>alert(1)</script>'), mime: 'text/html' }),
  ]
  await staging.commit({})
  await jobs.finish(store, { id: job.id, attempt: 1, result: { state: 'succeeded', output: {}, outputs } })
  return job.id
}

beforeAll(async () => {
  api = await startApi()
  const data = new Uint8Array(600 * 300 * 3).map((_, index) => (index * 7919) % 251)
  picture = await encodePicture({ width: 600, height: 300, channels: 3, data }, { format: 'png' })
  id = await finishedJob()
  url = `/api/v1/jobs/${id}/outputs/image-0.png`
})
afterAll(() => api.stop())

describe('an output', () => {
  it('is served whole, with what keeps it from running', async () => {
    const answer = await api.ask(url)
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(picture)
    expect(answer.headers.get('content-type')).toBe('image/png')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
    const page = await api.ask(`/api/v1/jobs/${id}/outputs/page.html`)
    expect(page.headers.get('content-disposition')).toMatch(/^attachment/)
  })

  it.each([
    ['bytes=0-9', 206, 'bytes 0-9/SIZE', 10],
    ['bytes=-5', 206, 'bytes LAST5-LAST/SIZE', 5],
    ['bytes=10-', 206, 'bytes 10-LAST/SIZE', undefined],
    ['bytes=0-999999999', 206, 'bytes 0-LAST/SIZE', undefined],
    ['bytes=9-5', 200, null, undefined],
    ['lines=1-2', 200, null, undefined],
    ['bytes=0-1,4-5', 200, null, undefined],
    ['bytes=999999999-', 416, 'bytes */SIZE', 0],
  ])('is served in part for %s', async (range, status, expected, length) => {
    const answer = await api.ask(url, { headers: { range } })
    const size = picture.byteLength
    const shown = expected
      ?.replace('LAST5', String(size - 5))
      .replace('LAST', String(size - 1))
      .replace('SIZE', String(size))
    expect([answer.status, answer.headers.get('content-range')]).toEqual([status, shown ?? null])
    const bytes = await answer.arrayBuffer()
    if (length !== undefined) expect(bytes.byteLength).toBe(length)
  })

  it('is not sent again to who has it', async () => {
    const etag = (await api.ask(url)).headers.get('etag') ?? ''
    expect((await api.ask(url, { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect((await api.ask(url, { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
    expect((await api.ask(url, { headers: { range: 'bytes=0-1', 'if-range': '"other"' } })).status).toBe(200)
    const head = await api.ask(url, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(picture.byteLength)])
  })

  it('is unknown to everybody else', async () => {
    const stranger = await api.makeKey({ owner: await api.makeOwner('stranger') })
    expect((await api.ask(url, { key: stranger })).status).toBe(404)
    expect((await api.ask(url, { key: null })).status).toBe(401)
    for (const name of ['job.json', '..%2f..%2fjob.json', '%2e%2e', 'nothing.png']) {
      expect((await api.ask(`/api/v1/jobs/${id}/outputs/${name}`)).status).toBe(404)
    }
  })

  it('can be read by whoever holds a signed link, until it expires', async () => {
    const link = await (await api.ask(`${url}/link?seconds=60`, { method: 'POST' })).json()
    expect((await api.ask(link.url, { key: null })).status).toBe(200)
    expect((await api.ask(link.url.replace('image-0.png', 'page.html'), { key: null })).status).toBe(403)
    expect((await api.ask(link.url.replace(/expires=\d+/, 'expires=9999999999'), { key: null })).status).toBe(403)
    const old = signLink(api.deps.secret, url, new Date(Date.now() - 1000))
    expect((await api.ask(old, { key: null })).status).toBe(403)
  })

  it('has smaller pictures of itself', async () => {
    const small = await api.ask(`${url}?size=128`)
    expect(await inspectPicture(new Uint8Array(await small.arrayBuffer()))).toMatchObject({ width: 128, height: 64 })
    expect((await api.ask(`${url}?size=128`)).status).toBe(200)
    expect((await api.ask(`${url}?size=100000`)).status).toBe(422)
    expect((await api.ask(`/api/v1/jobs/${id}/outputs/page.html?size=128`)).status).toBe(415)
  })

  it('goes with its job', async () => {
    const other = await finishedJob()
    expect((await api.ask(`/api/v1/jobs/${other}`, { method: 'DELETE' })).status).toBe(204)
    expect((await api.ask(`/api/v1/jobs/${other}/outputs/image-0.png`)).status).toBe(404)
    expect((await api.ask(`/api/v1/jobs/${other}`)).status).toBe(404)
  })
})
