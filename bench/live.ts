/**
 * What the platform adds to a camera frame: from the client's send to the answer in its hands, without the time inside
 * the engine. Socket, mailbox, worker link, turn, engine process and back; `echo` stands for a model of 2 ms. Then the
 * same with more frames than the engine can take: how many are dropped, and whether any stream is stuck.
 */
import { createHash, randomBytes } from 'node:crypto'
import { startTestInstance, type TestInstance } from '../packages/testing/src/instance.ts'
import { type Bench, percentile, type Result } from './bench.ts'

const target = 5
/** Milliseconds from frame to frame of one camera, and inside the engine. */
const interval = 100
const engineStep = 2
const seconds = 20
/** A picture of 640 x 480 from a webcam has so many bytes. */
const frameBytes = 40_000
const flood = { streams: 16, interval: 33, step: 20, seconds: 10 }

export const bench: Bench = {
  name: 'live',
  async run(print) {
    const instance = await startTestInstance({ env: { HEARTH_LIVE_STREAMS: '16' } })
    try {
      await linked(instance)
      const results: Result[] = []
      for (const streams of [1, 4, 16]) {
        const cameras = await openAll(instance, streams, engineStep)
        await film(cameras, interval, 2)
        for (const camera of cameras) camera.forget()
        await film(cameras, interval, seconds)
        for (const camera of cameras) camera.close()
        results.push(...judge(streams, cameras, print))
      }
      results.push(await overload(instance, print))
      return results
    } finally {
      await instance.stop()
    }
  },
}

/** Resolves when the worker has found the api and the engine is in memory. */
async function linked(instance: TestInstance): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { status } = await instance.request('/api/v1/tasks/echo/run', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ input: { text: 'x' } }),
    })
    if (status === 200) return
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error('no worker was linked within 10 s')
}

interface Camera {
  /** Sends the next frame. */
  shoot(): void
  /** Resolves when the frame that was sent last is answered; false if that takes 5 s. */
  settled(): Promise<boolean>
  forget(): void
  readonly sent: number
  /** Added milliseconds of each answered frame. */
  readonly added: readonly number[]
  readonly dropped: number
  close(): void
}

interface Message {
  type: string
  data: {
    frame: number
    message?: string
    output?: { text: string }
    timings?: { engine_ms: number }
    dropped?: number
  }
}

async function openCamera({ url, key }: TestInstance, step: number): Promise<Camera> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/camera?task=echo&key=${encodeURIComponent(key)}`)
  const bytes = Buffer.concat([Buffer.from([0xff, 0xd8]), randomBytes(frameBytes)])
  const digest = createHash('sha256').update(bytes).digest('hex')
  const sentAt: number[] = [0]
  let added: number[] = []
  let dropped = 0
  let droppedBefore = 0
  let sentBefore = 0
  let answered = 0
  let onAnswer: () => void = () => undefined
  socket.addEventListener('message', ({ data }) => {
    const at = performance.now()
    const { type, data: told } = JSON.parse(String(data)) as Message
    if (type !== 'result' || !told.timings) throw new Error(`a frame was refused: ${told.message}`)
    if (told.output?.text !== digest) throw new Error('a frame came out as another')
    added.push(at - (sentAt[told.frame] ?? 0) - told.timings.engine_ms)
    dropped = told.dropped ?? 0
    answered = told.frame
    onAnswer()
  })
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve())
    socket.addEventListener('error', () => reject(new Error('the socket broke')))
  })
  socket.send(JSON.stringify({ options: { text: 'x', steps: 1, step_ms: step, digest: true } }))
  const camera: Camera = {
    shoot() {
      sentAt.push(performance.now())
      socket.send(bytes)
    },
    settled: () =>
      new Promise(resolve => {
        const timer = setTimeout(() => resolve(false), 5000)
        onAnswer = () => {
          if (answered < sentAt.length - 1) return
          clearTimeout(timer)
          resolve(true)
        }
        onAnswer()
      }),
    forget() {
      added = []
      droppedBefore = dropped
      sentBefore = sentAt.length - 1
    },
    get sent() {
      return sentAt.length - 1 - sentBefore
    },
    get added() {
      return added
    },
    get dropped() {
      return dropped - droppedBefore
    },
    close: () => socket.close(),
  }
  camera.shoot()
  if (!(await camera.settled())) throw new Error('the first frame was not answered')
  return camera
}

async function openAll(instance: TestInstance, count: number, step: number): Promise<Camera[]> {
  const cameras: Camera[] = []
  for (let n = 0; n < count; n++) cameras.push(await openCamera(instance, step))
  return cameras
}

/** All cameras, evenly apart, until the time is up and the last frame of each is answered. Returns how many are stuck. */
async function film(cameras: readonly Camera[], every: number, duration: number): Promise<number> {
  const until = performance.now() + duration * 1000
  const films = cameras.map(async (camera, index) => {
    let next = performance.now() + (index * every) / cameras.length
    while (next < until) {
      await new Promise(resolve => setTimeout(resolve, Math.max(0, next - performance.now())))
      camera.shoot()
      next += every
    }
    return camera.settled()
  })
  return (await Promise.all(films)).filter(settled => !settled).length
}

function judge(streams: number, cameras: readonly Camera[], print: (line: string) => void): Result[] {
  const added = cameras.flatMap(camera => camera.added)
  const sent = cameras.reduce((sum, camera) => sum + camera.sent, 0)
  const dropped = cameras.reduce((sum, camera) => sum + camera.dropped, 0)
  print(`${streams} streams: ${sent} frames sent, ${added.length} answered, ${dropped} dropped`)
  return [0.5, 0.95, 0.99].map(share => {
    const ours = percentile(added, share)
    // The target is for the middle; the tails are told, not judged.
    const limit = share === 0.5 ? target : 10 * target
    const metric = `added delay at ${streams} streams, p${share * 100}, ms (less is better)`
    return { bench: 'live', metric, ours, peer: null, ratio: ours / limit, target: limit, ok: ours <= limit }
  })
}

async function overload(instance: TestInstance, print: (line: string) => void): Promise<Result> {
  const cameras = await openAll(instance, flood.streams, flood.step)
  const stuck = await film(cameras, flood.interval, flood.seconds)
  const sent = cameras.reduce((sum, camera) => sum + camera.sent, 0)
  const dropped = cameras.reduce((sum, camera) => sum + camera.dropped, 0)
  const counts = cameras.map(camera => camera.added.length)
  const answered = counts.reduce((sum, count) => sum + count, 0)
  print(
    `${flood.streams} streams of ${Math.round(1000 / flood.interval)} frames/s into an engine of ${flood.step} ms: ` +
      `${sent} sent, ${answered} answered (${Math.min(...counts)} to ${Math.max(...counts)} a stream), ${dropped} dropped`,
  )
  for (const camera of cameras) camera.close()
  const ok = stuck === 0 && answered + dropped === sent
  const metric = `streams stuck of ${flood.streams} at ten times the load (less is better)`
  return { bench: 'live', metric, ours: stuck, peer: null, ratio: null, target: 0, ok }
}
