import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError, type CameraEvent, type CameraOrder, type LiveRequest } from '@hearth/contract'
import { inspectPicture } from '@hearth/media'
import { ffmpeg, ffmpegMissing } from '@hearth/testing/ffmpeg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startTestCamera, type TestCamera } from './rtsp-under-test.ts'
import { type CameraWatchOptions, createCameraWatch } from './watch-camera.ts'

let folder: string
let camera: TestCamera
let watching: { controller: AbortController; ended: Promise<unknown> }[] = []

beforeAll(async () => {
  if (ffmpegMissing !== undefined) return
  folder = await mkdtemp(join(tmpdir(), 'hearth-camera-'))
  camera = await startTestCamera()
  const clip = ['-f', 'lavfi', '-i', 'testsrc=size=1920x1080:rate=10:duration=1', '-c:v', 'libx264']
  await ffmpeg(...clip, '-preset', 'ultrafast', join(folder, 'clip.mp4'))
})
afterEach(async () => {
  for (const { controller } of watching) controller.abort(new AppError('cancelled', 'the test is over'))
  await Promise.allSettled(watching.map(({ ended }) => ended))
  watching = []
})
afterAll(async () => {
  if (ffmpegMissing !== undefined) return
  await camera.stop()
  await rm(folder, { recursive: true })
})

const order = (source: string, fps = 10): CameraOrder => ({
  ...{ source, fps, owner: 'me', task: 'look', model: 'eye', field: 'image' },
  options: { min_score: 0.5 },
})

function watch(what: CameraOrder, over: Partial<CameraWatchOptions> = {}) {
  const runs: LiveRequest[] = []
  const closed: string[] = []
  const events: CameraEvent[] = []
  const lane: CameraWatchOptions['lane'] = {
    async run(request) {
      runs.push(request)
      return { output: { seen: runs.length }, files: [], engine_ms: 1 }
    },
    close: stream => void closed.push(stream),
  }
  const locate = async () => join(folder, 'clip.mp4')
  const begin = createCameraWatch({ lane, locate, firstPause: 20, longestPause: 80, patience: 3_000, ...over })
  const controller = new AbortController()
  const ended = begin(what, event => events.push(event), controller.signal)
  ended.catch(() => undefined)
  watching.push({ controller, ended })
  const frames = () => events.filter(event => event.kind === 'frame')
  const errors = () => events.filter(event => event.kind === 'state' && event.state === 'error')
  const seen = (count: number) => expect.poll(() => frames().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(count)
  return { runs, closed, events, frames, errors, seen, controller, ended }
}

describe.skipIf(ffmpegMissing !== undefined)('a camera that speaks RTSP', () => {
  it('is looked through: pictures, what the task says of them, numbers, state', async () => {
    const { runs, events, frames, seen } = watch(order(camera.url))
    await seen(5)
    expect(events[0]).toEqual({ kind: 'state', state: 'connecting' })
    expect(events[1]).toMatchObject({ kind: 'state', state: 'live' })
    expect(frames().map(event => event.kind === 'frame' && event.frame)).toEqual(frames().map((_, index) => index + 1))
    const [first] = frames()
    if (first?.kind !== 'frame') throw new Error('no frame')
    expect(first).toMatchObject({ task: 'look', output: { seen: 1 }, engine_ms: 1, dropped: 0 })
    expect(first.delay_ms).toBeGreaterThan(0)
    expect(await inspectPicture(first.image)).toMatchObject({ format: 'jpeg', width: 320, height: 240 })
    const { input, media, stream, owner } = runs[0] ?? expect.fail()
    expect({ input, owner }).toEqual({ input: { min_score: 0.5, image: 'upload:camera000' }, owner: 'me' })
    expect(media.get('upload:camera000')).toBe(first.image)
    expect(new Set(runs.map(run => run.stream))).toEqual(new Set([stream]))
  })

  it('is connected again when it breaks, with the same memory, and told so', async () => {
    const { runs, errors, seen, frames } = watch(order(camera.url))
    await seen(2)
    camera.cut()
    await expect.poll(() => errors().length).toBe(1)
    expect(errors()[0]).toMatchObject({ error: { code: 'unavailable' }, retry_in: 0.02 })
    const before = frames().length
    await seen(before + 3)
    expect(new Set(runs.map(({ stream }) => stream)).size).toBe(1)
  })

  it('never tells its password', async () => {
    const wrong = camera.url.replace('stream1', 'x').replace('s3cret-word', 'other-s3cret')
    const { errors } = watch(order(wrong))
    await expect.poll(() => errors().length, { timeout: 20_000 }).toBeGreaterThan(0)
    const text = JSON.stringify(errors())
    expect(text).toContain('401')
    expect(text).not.toContain('s3cret')
  })

  it('is tried again and again, ever slower, while it cannot be reached', async () => {
    const { errors, frames } = watch(order('rtsp://127.0.0.1:1/none'))
    await expect.poll(() => errors().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(4)
    const pauses = errors().map(event => event.kind === 'state' && event.state === 'error' && event.retry_in)
    expect(pauses.slice(0, 4)).toEqual([0.02, 0.04, 0.08, 0.08])
    expect(errors()[0]).toMatchObject({ error: { message: expect.stringMatching(/^(?!.*@ 0x).*refused/) } })
    expect(frames()).toEqual([])
  })

  it('lets pictures go while the task is slow, and looks at the newest', async () => {
    const slow = Promise.withResolvers<void>()
    let runs = 0
    const { frames, seen } = watch(order(camera.url, 15), {
      lane: {
        async run() {
          runs += 1
          if (runs === 2) await slow.promise
          return { output: runs, files: [], engine_ms: 0 }
        },
        close: () => undefined,
      },
    })
    await expect.poll(() => runs, { timeout: 20_000 }).toBe(2)
    // Ten pictures later, as another one sees them.
    await watch(order(camera.url, 15)).seen(10)
    slow.resolve()
    await seen(3)
    const third = frames()[2]
    expect(third?.kind === 'frame' && third.dropped).toBeGreaterThan(3)
  })

  it('goes on when the model is busy for a moment', async () => {
    let runs = 0
    const { events, seen } = watch(order(camera.url), {
      lane: {
        async run() {
          runs += 1
          if (runs === 2) throw new AppError('device-busy', 'too much is asked', { retryAfter: 1 })
          return { output: runs, files: [], engine_ms: 0 }
        },
        close: () => undefined,
      },
    })
    await seen(3)
    expect(events.filter(event => event.kind === 'state' && event.state === 'connecting')).toHaveLength(1)
    expect(events).toContainEqual(expect.objectContaining({ state: 'error', retry_in: 0.5 }))
  })

  it('is left when nobody watches any more', async () => {
    const { seen, controller, ended, closed } = watch(order(camera.url))
    await seen(1)
    expect(camera.playing()).toBe(1)
    controller.abort(new AppError('cancelled', 'nobody watches'))
    await expect(ended).rejects.toMatchObject({ code: 'cancelled' })
    expect(closed).toHaveLength(1)
    await expect.poll(() => camera.playing()).toBe(0)
  })

  // The last one: from here on the camera stays mute.
  it('counts as broken when it shows nothing any more', async () => {
    const { seen, errors } = watch(order(camera.url), { patience: 4_000 })
    await seen(1)
    camera.mute()
    await expect.poll(() => errors().length, { timeout: 20_000 }).toBeGreaterThan(0)
    expect(errors()[0]).toMatchObject({ error: { message: 'the stream has shown nothing for 4 s' } })
  })
})

describe.skipIf(ffmpegMissing !== undefined)('a file as camera', () => {
  it('is played over and over at its own pace, in pictures of moderate size', async () => {
    const { frames, seen } = watch(order('upload:clip00000'))
    const began = performance.now()
    await seen(15)
    expect(performance.now() - began).toBeGreaterThan(1_000)
    const [first] = frames()
    expect(first?.kind === 'frame' && (await inspectPicture(first.image))).toMatchObject({ width: 960, height: 540 })
  })

  it('tells why it cannot be read', async () => {
    const gone = watch(order('upload:gone00000'), {
      locate: () => Promise.reject(new AppError('not-found', 'upload:gone00000 is not there any more')),
    })
    await expect.poll(() => gone.errors().length).toBeGreaterThan(0)
    expect(gone.errors()[0]).toMatchObject({ error: { code: 'not-found' } })
    await writeFile(join(folder, 'text'), '#EXTM3U')
    const text = watch(order('upload:text00000'), { locate: async () => join(folder, 'text') })
    await expect.poll(() => text.errors().length).toBeGreaterThan(0)
    expect(text.errors()[0]).toMatchObject({ error: { code: 'unsupported-media' } })
  })
})
