import { existsSync } from 'node:fs'
import { readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodePicture, type Picture, withVideoFolder, writeVideo } from '@hearth/media'
import { cameras, uploads } from '@hearth/store'
import { ffmpegMissing } from '@hearth/testing/ffmpeg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi } from '../api-under-test.ts'
import { storeMedia, toReference } from './store-media.ts'
import { sweepUploads } from './sweep-uploads.ts'

let api: ApiUnderTest
let picture: Uint8Array
beforeAll(async () => {
  api = await startApi({ settings: { HEARTH_MAX_UPLOAD_MB: '1', HEARTH_MAX_VIDEO_MB: '2' } })
  picture = await encodePicture(plain(), { format: 'png' })
})
afterAll(() => api.stop())

const plain = (): Picture => ({ width: 64, height: 36, channels: 3, data: new Uint8Array(64 * 36 * 3).fill(99) })

async function send(bytes: Uint8Array) {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(bytes)]), 'x')
  const answer = await api.ask('/api/v1/uploads', { method: 'POST', body: form })
  return { status: answer.status, body: await answer.json() }
}

describe.skipIf(ffmpegMissing !== undefined)('a video', () => {
  let video: Uint8Array
  beforeAll(async () => {
    video = await withVideoFolder(async folder => {
      async function* pictures() {
        for (let frame = 0; frame < 10; frame++) yield plain()
      }
      await writeVideo(join(folder, 'x.mp4'), { width: 64, height: 36, fps: 10 }, pictures())
      return readFile(join(folder, 'x.mp4'))
    })
  })

  it('is taken with its size, and read again in parts', async () => {
    const { status, body } = await send(video)
    expect([status, body]).toMatchObject([201, { mime: 'video/mp4', width: 64, height: 36, bytes: video.length }])
    const part = await api.ask(`/api/v1/uploads/${body.id}`, { headers: { range: 'bytes=4-7' } })
    expect([part.status, part.headers.get('content-type'), await part.text()]).toEqual([206, 'video/mp4', 'ftyp'])
  })

  it('may be larger than a picture, up to its own limit', async () => {
    const padded = (bytes: number) => {
      const all = new Uint8Array(bytes)
      all.set(video)
      // An atom that says: skip me.
      new DataView(all.buffer).setUint32(video.length, bytes - video.length)
      all.set(Buffer.from('free'), video.length + 4)
      return all
    }
    expect((await send(padded(1.9 * 2 ** 20))).status).toBe(201)
    const large = await send(padded(2.1 * 2 ** 20))
    expect([large.status, large.body.error.code]).toEqual([413, 'too-large'])
    expect(large.body.error.hint).toContain('HEARTH_MAX_VIDEO_MB')
  })

  it('leaves nothing behind when it is damaged', async () => {
    const before = await api.deps.files.oldUploads(new Date(Date.now() + 60_000))
    const { status, body } = await send(video.subarray(0, 200))
    expect([status, body.error.code]).toEqual([422, 'invalid-input'])
    expect(await api.deps.files.oldUploads(new Date(Date.now() + 60_000))).toEqual(before)
  })

  it('is no picture, and a picture is no video', async () => {
    const { deps, owner } = api
    const image = await toReference(deps, owner, 'image', picture)
    await expect(toReference(deps, owner, 'video', image)).rejects.toMatchObject({ code: 'unsupported-media' })
    const clip = await toReference(deps, owner, 'video', video)
    expect(await toReference(deps, owner, 'video', clip)).toBe(clip)
    await expect(toReference(deps, owner, 'image', clip)).rejects.toThrow('is video/mp4')
    await expect(toReference(deps, owner, 'video', picture)).rejects.toMatchObject({ code: 'unsupported-media' })
  })
})

describe('uploads that nothing refers to', () => {
  const age = async (id: string, hours: number) => {
    const then = new Date(Date.now() - hours * 3600_000)
    await api.deps.store.pool.query('update upload set created_at = $1 where id = $2', [then, id])
    await utimes(api.deps.files.uploadPath(id), then, then)
  }
  const keep = async (hours: number) => {
    const { id } = await storeMedia(api.deps, api.owner, 'image', picture)
    await age(id, hours)
    return id
  }
  const isThere = async (id: string) => {
    const row = await uploads.get(api.deps.store, { id })
    const file = existsSync(api.deps.files.uploadPath(id))
    expect(row !== undefined).toBe(file)
    return file
  }

  it('go with their files after a day; those of jobs, of cameras and of today stay', async () => {
    await api.pretendWorker()
    const [old, today, ofJob, ofCamera] = [await keep(25), await keep(23), await keep(100), await keep(100)]
    const input = { text: 'x', file: `upload:${ofJob}` }
    const job = await api.post('/api/v1/tasks/echo/jobs', { input })
    expect(job.status).toBe(202)
    const source = `upload:${ofCamera}`
    const fields = { name: 'x', task: 'echo', model: null, options: {}, fps: 1, enabled: true }
    const { id } = await cameras.create(api.deps.store, { ...fields, owner: api.owner, source })
    expect(await sweepUploads(api.deps)).toBe(1)
    expect(await Promise.all([old, today, ofJob, ofCamera].map(isThere))).toEqual([false, true, true, true])
    await cameras.remove(api.deps.store, { id, owner: api.owner })
    expect(await sweepUploads(api.deps)).toBe(1)
    expect(await isThere(ofCamera)).toBe(false)
    expect(await isThere(ofJob)).toBe(true)
  })

  it('include files that never got a row', async () => {
    const lost = await api.deps.files.storeUpload(picture)
    const path = api.deps.files.uploadPath(lost.id)
    expect(await sweepUploads(api.deps)).toBe(0)
    const then = new Date(Date.now() - 25 * 3600_000)
    await utimes(path, then, then)
    await writeFile(join(path, '..', 'not an upload'), 'x')
    expect(await sweepUploads(api.deps)).toBe(1)
    expect(existsSync(path)).toBe(false)
  })
})
