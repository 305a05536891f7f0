import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ffmpeg, ffmpegMissing } from '@hearth/testing/ffmpeg'
import { io, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi } from '../api-under-test.ts'
import { shownSource } from './camera-source.ts'

let api: ApiUnderTest
let worker: ChildProcess
let folder: string
let video: Uint8Array
let open: Socket[] = []

beforeAll(async () => {
  api = await startApi()
  worker = await api.startWorker()
  if (ffmpegMissing !== undefined) return
  folder = await mkdtemp(join(tmpdir(), 'hearth-api-cameras-'))
  const clip = ['-f', 'lavfi', '-i', 'testsrc=size=320x240:rate=10:duration=1', '-c:v', 'libx264']
  await ffmpeg(...clip, join(folder, 'clip.mp4'))
  video = await readFile(join(folder, 'clip.mp4'))
})
afterEach(() => {
  for (const socket of open) socket.close()
  open = []
})
afterAll(async () => {
  await api?.stop()
  if (folder) await rm(folder, { recursive: true })
})

const rtsp = { name: 'Door', source: 'rtsp://cam:s3cret@192.168.1.20:8554/live?token=abc', task: 'echo' }
const options = { text: 'x', digest: true }

async function request(method: string, path: string, body?: object, key?: string) {
  const headers = { 'content-type': 'application/json' }
  const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}), ...(key ? { key } : {}) }
  const answer = await api.ask(`/api/v1/cameras${path}`, init)
  const text = await answer.text()
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text), text }
}

async function fileCamera(more: object = {}): Promise<string> {
  const form = new FormData()
  form.append('file', new Blob([new Uint8Array(video)]), 'x.mp4')
  const upload = await (await api.ask('/api/v1/uploads', { method: 'POST', body: form })).json()
  const camera = { name: 'Clip', source: `upload:${upload.id}`, task: 'echo', options, fps: 10, ...more }
  const { status, body } = await request('POST', '', camera)
  expect(status, JSON.stringify(body)).toBe(201)
  return body.id
}

interface Heard {
  camera: string
  kind: 'state' | 'frame'
  state?: string
  error?: { code: string; message: string }
  frame?: number
  image?: Uint8Array
  output?: { text: string }
}

async function connect(key = api.key) {
  const socket = io(`${api.url}/live`, {
    transports: ['websocket'],
    forceNew: true,
    auth: { key },
    reconnection: false,
  })
  open.push(socket)
  const heard: Heard[] = []
  socket.on('camera', event => heard.push(event))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  const watch = (camera: unknown) => socket.emitWithAck('watch', { camera })
  const frames = () => heard.filter(({ kind }) => kind === 'frame')
  const seen = (count: number) => expect.poll(() => frames().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count)
  const state = (wanted: string) =>
    expect.poll(() => heard.map(event => event.state), { timeout: 20_000 }).toContain(wanted)
  return { socket, heard, watch, frames, seen, state }
}

const load = () => api.deps.links.list()[0]?.load ?? 0

describe('/api/v1/cameras', () => {
  it('registers, lists, changes and removes, and never shows a password again', async () => {
    const made = await request('POST', '', { ...rtsp, options })
    expect(made.status).toBe(201)
    const shown = 'rtsp://cam:***@192.168.1.20:8554/live?***'
    expect(made.body).toMatchObject({ name: 'Door', source: shown, fps: 5, enabled: true, model: null })
    const changed = await request('PATCH', `/${made.body.id}`, { name: 'Back door', enabled: false })
    expect(changed.body).toMatchObject({ name: 'Back door', enabled: false, source: shown, options })
    const list = await request('GET', '')
    expect(list.body.cameras).toEqual([changed.body])
    for (const { text } of [made, changed, list]) expect(text).not.toMatch(/s3cret|abc/)
    expect((await request('DELETE', `/${made.body.id}`)).status).toBe(204)
    expect((await request('DELETE', `/${made.body.id}`)).status).toBe(404)
    expect((await request('GET', '')).body.cameras).toEqual([])
  })

  it('belongs to its owner, and takes the scope admin to change', async () => {
    const { body } = await request('POST', '', { ...rtsp, options })
    const user = await api.makeKey({ scopes: ['tasks'] })
    expect((await request('GET', '', undefined, user)).body.cameras).toHaveLength(1)
    expect((await request('POST', '', { ...rtsp, options }, user)).status).toBe(403)
    expect((await request('PATCH', `/${body.id}`, { name: 'x' }, user)).status).toBe(403)
    expect((await request('DELETE', `/${body.id}`, undefined, user)).status).toBe(403)
    const stranger = await api.makeKey({ owner: await api.makeOwner('stranger') })
    expect((await request('GET', '', undefined, stranger)).body.cameras).toEqual([])
    expect((await request('PATCH', `/${body.id}`, { name: 'x' }, stranger)).status).toBe(404)
    expect((await request('DELETE', `/${body.id}`, undefined, stranger)).status).toBe(404)
    const { watch } = await connect(stranger)
    expect(await watch(body.id)).toMatchObject({ error: { code: 'not-found' } })
    await request('DELETE', `/${body.id}`)
  })

  it.each<[string, object, number, RegExp]>([
    ['a web address', { source: 'http://192.168.1.20/video' }, 422, /source/],
    ['a path', { source: '/etc/passwd' }, 422, /source/],
    ['an option of ffmpeg', { source: '-i' }, 422, /source/],
    ['a line break', { source: 'rtsp://a/\nfile:/etc/passwd' }, 422, /source/],
    ['no host', { source: 'rtsp:///x' }, 422, /source/],
    ['an upload that is not there', { source: 'upload:aaaaaaaaaaaa' }, 404, /upload/],
    ['an unknown task', { task: 'nothing' }, 404, /task/],
    ['a task that takes no picture', { task: 'text-to-image' }, 422, /text-to-image/],
    ['an unknown option', { options: { text: 'x', colour: 1 } }, 422, /colour/],
    ['an option out of range', { options: { text: 'x', steps: -1 } }, 422, /steps/],
    ['an unknown model', { model: 'nobody' }, 404, /nobody/],
    ['an absurd rate', { fps: 1000 }, 422, /fps/],
    ['a misspelt field', { adress: 'x' }, 422, /adress/],
  ])('refuses %s', async (_, wrong, status, message) => {
    const answer = await request('POST', '', { ...rtsp, options, ...wrong })
    expect([answer.status, answer.body.error.message]).toEqual([status, expect.stringMatching(message)])
    expect((await request('GET', '')).body.cameras).toEqual([])
  })

  it('shows sources without what opens them', () => {
    expect(shownSource('rtsp://192.168.1.20/a')).toBe('rtsp://192.168.1.20/a')
    expect(shownSource('rtsps://me@host:322/a/b')).toBe('rtsps://me@host:322/a/b')
    expect(shownSource('rtsp://me:a%40b@host/a?password=x')).toBe('rtsp://me:***@host/a?***')
    expect(shownSource('upload:abcdefgh')).toBe('upload:abcdefgh')
  })
})

describe.skipIf(ffmpegMissing !== undefined)('watching', () => {
  it('shows pictures and what the task says of them, to all who watch, read once', async () => {
    const camera = await fileCamera()
    const [one, two] = [await connect(), await connect()]
    expect(await one.watch(camera)).toEqual({ camera })
    await one.seen(2)
    await two.watch(camera)
    await two.seen(2)
    expect(one.heard[0]).toMatchObject({ camera, kind: 'state', state: 'connecting' })
    const [frame] = one.frames()
    expect(frame).toMatchObject({ camera, frame: expect.any(Number), delay_ms: expect.any(Number), task: 'echo' })
    expect([...new Uint8Array(frame?.image ?? []).subarray(0, 2)]).toEqual([0xff, 0xd8])
    expect(frame?.output?.text).toMatch(/^[0-9a-f]{64}$/)
    expect(load()).toBe(1)
    one.socket.emit('unwatch', { camera })
    const before = two.frames().length
    await two.seen(before + 2)
    two.socket.close()
    await expect.poll(load).toBe(0)
  })

  it('tells of a camera that cannot be reached', async () => {
    const { body } = await request('POST', '', { ...rtsp, options, source: 'rtsp://cam:s3cret@127.0.0.1:1/x' })
    const { watch, heard, state } = await connect()
    await watch(body.id)
    await state('error')
    expect(JSON.stringify(heard)).not.toContain('s3cret')
    expect(heard.find(event => event.state === 'error')?.error).toMatchObject({ code: 'unavailable' })
  })

  it('goes on with the camera as it is now, and rests while it is switched off', async () => {
    const camera = await fileCamera()
    const { watch, heard, seen, frames, state } = await connect()
    await watch(camera)
    await seen(1)
    await request('PATCH', `/${camera}`, { options: { text: 'x', digest: false, count: true } })
    await expect.poll(() => frames().some(({ output }) => output && 'count' in output), { timeout: 20_000 }).toBe(true)
    await request('PATCH', `/${camera}`, { enabled: false })
    await state('error')
    expect(heard.at(-1)?.error?.message).toBe('the camera was switched off')
    await expect.poll(load).toBe(0)
    const late = await connect()
    expect(await late.watch(camera)).toMatchObject({ error: { code: 'conflict' } })
    const before = frames().length
    await request('PATCH', `/${camera}`, { enabled: true })
    await seen(before + 1)
    await request('DELETE', `/${camera}`)
    await expect.poll(() => heard.at(-1)?.error?.message).toBe('the camera was removed')
    await expect.poll(load).toBe(0)
  })

  it('answers what is no order', async () => {
    const { socket, watch } = await connect()
    expect(await watch(7)).toMatchObject({ error: { code: 'invalid-input' } })
    socket.emit('unwatch', 'x')
    socket.emit('unwatch')
    expect(await watch('nothing')).toMatchObject({ error: { code: 'not-found' } })
  })

  it('survives the worker', async () => {
    const camera = await fileCamera()
    const { watch, seen, frames, state } = await connect()
    await watch(camera)
    await seen(1)
    worker.kill('SIGKILL')
    await once(worker, 'exit')
    await state('away')
    const before = frames().length
    worker = await api.startWorker()
    await seen(before + 2)
  })
})
