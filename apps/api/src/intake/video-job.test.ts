import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { JobView } from '@hearth/contract'
import { inspectPicture } from '@hearth/media'
import { ffmpeg, ffmpegMissing } from '@hearth/testing/ffmpeg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi, until } from '../api-under-test.ts'

const photo = fileURLToPath(new URL('../../../../packages/testing/photos/astronaut.jpg', import.meta.url))

let api: ApiUnderTest
let folder: string
let video: Uint8Array

// A worker, an engine and ffmpeg, for several jobs.
describe.skipIf(ffmpegMissing !== undefined)('a job that looks at a video', { timeout: 240_000 }, () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hearth-video-job-'))
    // A real photograph, past which the camera moves slowly; with sound.
    const pan = "scale=640:-2,crop=480:480:'80+60*sin(t)':'40*cos(t)+60'"
    const inputs = ['-loop', '1', '-i', photo, '-f', 'lavfi', '-i', 'sine=duration=2']
    const picture = ['-t', '2', '-r', '20', '-vf', pan, '-c:v', 'libx264', '-pix_fmt', 'yuv420p']
    await ffmpeg(...inputs, ...picture, '-c:a', 'aac', join(folder, 'x.mp4'))
    video = await readFile(join(folder, 'x.mp4'))
    api = await startApi({ worker: true })
  })
  afterAll(async () => {
    await api?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const order = async (input: object) => {
    const form = new FormData()
    form.append('file', new Blob([new Uint8Array(video)]), 'x.mp4')
    const { id } = await (await api.ask('/api/v1/uploads', { method: 'POST', body: form })).json()
    const body = { input: { video: `upload:${id}`, ...input }, model: 'starter-detector' }
    const answer = await api.post('/api/v1/tasks/detect-in-video/jobs', body)
    const job = await answer.json()
    expect(answer.status, JSON.stringify(job)).toBe(202)
    return job.id as string
  }
  const view = async (id: string): Promise<JobView> => (await api.ask(`/api/v1/jobs/${id}`)).json()
  const ended = async (id: string) => {
    await expect.poll(async () => (await view(id)).state, { timeout: 120_000 }).toMatch(/succeeded|failed|cancelled/)
    return view(id)
  }

  it('follows a person, with the starter weights; its copy is served in parts and has a small picture', async () => {
    const job = await ended(await order({ fps: 5, min_score: 0.3, labels: ['person'] }))
    expect(job.error).toBeNull()
    expect(job.output).toMatchObject({
      ...{ width: 480, height: 480, frames: 10, video: 'annotated.mp4' },
      tracks: expect.arrayContaining([expect.objectContaining({ track: 1, label: 'person' })]),
    })
    expect(job.outputs.map(({ name, mime }) => [name, mime]).sort()).toEqual([
      ['annotated.mp4', 'video/mp4'],
      ['timeline.json', 'application/json'],
    ])
    const { url } = job.outputs.find(({ name }) => name === 'annotated.mp4') ?? expect.fail()
    const part = await api.ask(url, { headers: { range: 'bytes=4-7' } })
    expect([part.status, part.headers.get('content-type'), await part.text()]).toEqual([206, 'video/mp4', 'ftyp'])
    const small = await api.ask(`${url}?size=128`)
    expect(await inspectPicture(new Uint8Array(await small.arrayBuffer()))).toMatchObject({
      format: 'jpeg',
      width: 128,
    })
    const timeline = await (await api.ask(url.replace('annotated.mp4', 'timeline.json'))).json()
    expect(timeline.frames).toHaveLength(10)
    const again = await order({ video: `output:${job.id}/annotated.mp4`, fps: 1, annotate: false })
    expect((await ended(again)).state).toBe('succeeded')
  })

  it('stops between two frames when it is cancelled', async () => {
    const id = await order({ fps: 60 })
    await until(
      'frames are looked at',
      () => view(id),
      ({ progress, state }) => (progress?.done ?? 0) > 1 || state !== 'queued',
    )
    await api.ask(`/api/v1/jobs/${id}/cancel`, { method: 'POST' })
    const job = await ended(id)
    expect(job).toMatchObject({ state: 'cancelled', outputs: [] })
  })
})
