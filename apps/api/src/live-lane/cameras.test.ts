import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { workers } from '@hearth/store'
import { io, type Socket } from 'socket.io-client'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { type ApiUnderTest, startApi, until } from '../api-under-test.ts'

let api: ApiUnderTest
let worker: ChildProcess
let open: { close(): void }[] = []

beforeAll(async () => {
  api = await startApi({
    settings: {
      HEARTH_LIVE_STREAMS: '4',
      HEARTH_LIVE_FRAME_KB: '64',
      HEARTH_LIVE_FPS: '100',
      HEARTH_CANCEL_GRACE: '1',
    },
  })
  worker = await api.startWorker()
})
afterEach(() => {
  for (const socket of open) socket.close()
  open = []
})
afterAll(() => api?.stop())

/** Looks enough like a picture to be looked at by echo. */
const frame = (text = 'x') => Buffer.concat([Buffer.from([0xff, 0xd8]), Buffer.from(text)])
const load = () => api.deps.links.list()[0]?.load ?? 0

interface Answer {
  stream: string
  frame: number
  output: { text: string; count?: number }
  timings: { queued_ms: number; engine_ms: number; total_ms: number }
  dropped: number
}
interface Problem {
  stream?: string
  frame?: number
  error: { code: string; message: string }
}

async function connect(key: string | null = api.key) {
  const auth = key === null ? {} : { key }
  const socket: Socket = io(`${api.url}/live`, { transports: ['websocket'], forceNew: true, auth, reconnection: false })
  open.push(socket)
  const answers: Answer[] = []
  const problems: Problem[] = []
  socket.on('answer', answer => answers.push(answer))
  socket.on('problem', problem => problems.push(problem))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  const camera = (options: object = {}, more: object = {}) =>
    socket.emitWithAck('open', { task: 'echo', options: { text: 'x', ...options }, ...more })
  const answered = (count: number) =>
    until(
      `${count} frames are answered`,
      async () => answers,
      ({ length }) => length >= count,
    )
  const told = (code: string) =>
    until(
      `there is a problem: ${code}`,
      async () => problems,
      list => list.some(({ error }) => error.code === code),
    )
  return { socket, answers, problems, camera, answered, told }
}

describe('Socket.IO /live', () => {
  it('answers each frame with its number and times', async () => {
    const { socket, camera, answered } = await connect()
    const { stream, model } = await camera({ count: true, step_ms: 2 })
    expect(model).toBe('echo')
    for (const number of [7, 8, 9]) {
      socket.emit('frame', stream, number, frame(`frame ${number}`))
      await answered(number - 6)
    }
    const answers = await answered(3)
    expect(answers.map(({ frame }) => frame)).toEqual([7, 8, 9])
    expect(answers.map(({ output }) => output.count)).toEqual([1, 2, 3])
    expect(answers[2]?.output.text).toContain('frame 9')
    for (const { timings, dropped } of answers) {
      expect(dropped).toBe(0)
      expect(timings.engine_ms).toBeGreaterThan(7)
      expect(timings.total_ms).toBeGreaterThan(timings.engine_ms)
    }
  })

  it('looks at the newest frame only, one at a time', async () => {
    const { socket, camera, answers, answered } = await connect()
    const { stream } = await camera({ steps: 1, step_ms: 300 })
    socket.emit('frame', stream, 1, frame())
    await until(
      'it is looked at',
      async () => load(),
      count => count === 1,
    )
    for (let number = 2; number <= 50; number++) socket.emit('frame', stream, number, frame())
    await answered(2)
    expect(load()).toBeLessThanOrEqual(1)
    expect(answers.map(({ frame }) => frame)).toEqual([1, 50])
    expect(answers[1]?.dropped).toBe(48)
    expect(answers[1]?.timings.queued_ms).toBeGreaterThan(50)
  })

  it('has several cameras on one connection, and a limit of them', async () => {
    const { socket, camera, answers, answered } = await connect()
    const streams: string[] = []
    for (let n = 0; n < 4; n++) streams.push((await camera({ count: true })).stream)
    expect(await camera()).toMatchObject({ error: { code: 'rate-limited' } })
    for (const stream of streams) socket.emit('frame', stream, 1, frame())
    await answered(4)
    expect(new Set(answers.map(({ stream }) => stream))).toEqual(new Set(streams))
    expect(answers.every(({ output }) => output.count === 1)).toBe(true)
    socket.emit('close', streams[0])
    expect(await camera()).toMatchObject({ model: 'echo' })
    socket.close()
    const next = await connect()
    await until(
      'its streams are closed',
      () => next.camera(),
      opened => 'stream' in opened,
    )
  })

  it.each([
    [{ task: 'no-such-task' }, 'not-found'],
    [{ task: 'pull-model' }, 'invalid-input'],
    [{ task: 'echo', options: { text: '' } }, 'invalid-input'],
    [{ task: 'echo', options: { text: 'x', colour: 1 } }, 'invalid-input'],
    [{ task: 'echo', options: { text: 'x' }, model: 'no-such-model' }, 'not-found'],
    [{ task: 'echo', options: { text: 'x' }, model: 'echo-broken' }, 'model-broken'],
    ['nonsense', 'invalid-input'],
  ])('does not open %j: %s', async (message, code) => {
    const { socket } = await connect()
    expect(await socket.emitWithAck('open', message)).toMatchObject({ error: { code } })
  })

  it('says what is wrong with a frame and goes on', async () => {
    const { socket, camera, told, answered } = await connect()
    const { stream } = await camera()
    socket.emit('frame', stream, 1, Buffer.from('<svg/>'))
    expect(await told('unsupported-media')).toMatchObject([{ stream, frame: 1 }])
    socket.emit('frame', stream, 2, frame('x'.repeat(70_000)))
    await told('too-large')
    socket.emit('frame', stream, 'two', 'text')
    await told('invalid-input')
    socket.emit('frame', 'no-such-stream', 3, frame())
    await told('not-found')
    socket.emit('frame', stream, 4, frame())
    expect((await answered(1))[0]?.frame).toBe(4)
  })

  it('goes on after an engine that was killed under a frame', async () => {
    const { socket, camera, told, answered } = await connect()
    const { stream } = await camera({ steps: 10, step_ms: 50, count: true })
    socket.emit('frame', stream, 1, frame())
    await until(
      'it is looked at',
      async () => load(),
      count => count === 1,
    )
    const engines = (await workers.alive(api.deps.store, 10)).flatMap(({ residents }) => residents)
    process.kill(engines.find(({ model }) => model === 'echo')?.pid ?? 0, 'SIGKILL')
    expect(await told('engine-crashed')).toMatchObject([{ stream, frame: 1 }])
    socket.emit('frame', stream, 2, frame())
    expect((await answered(1))[0]).toMatchObject({ frame: 2, output: { count: 1 } })
  })

  it('says that the worker is away, and goes on by itself when it is back', async () => {
    const { socket, camera, told, answered } = await connect()
    const { stream } = await camera({ count: true })
    const gone = once(worker, 'exit')
    worker.kill('SIGKILL')
    await gone
    await until(
      'it is missed',
      async () => api.deps.links.list().length,
      count => count === 0,
    )
    socket.emit('frame', stream, 1, frame())
    await told('unavailable')
    worker = await api.startWorker()
    socket.emit('frame', stream, 2, frame())
    expect((await answered(1))[0]).toMatchObject({ frame: 2, output: { count: 1 } })
  })

  it('gives up what runs when the client leaves', async () => {
    const { socket, camera } = await connect()
    const { stream } = await camera({ steps: 1000, step_ms: 50 })
    socket.emit('frame', stream, 1, frame())
    await until(
      'it is looked at',
      async () => load(),
      count => count === 1,
    )
    socket.close()
    const next = await connect()
    const opened = await next.camera()
    next.socket.emit('frame', opened.stream, 1, frame())
    await next.answered(1)
    expect(next.problems).toEqual([])
  })

  it('needs a key with the right to tasks', async () => {
    await expect(connect(null)).rejects.toThrow(/needs a key/)
    await expect(connect(await api.makeKey({ scopes: ['models'] }))).rejects.toThrow(/may not use tasks/)
  })
})

describe('/ws/camera', () => {
  interface Message {
    type: string
    data: {
      frame?: number
      code?: string
      message?: string
      task?: string
      output?: Answer['output']
      dropped?: number
    }
  }
  function dial(query = '?task=echo', headers: Record<string, string> = { authorization: `Bearer ${api.key}` }) {
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}/ws/camera${query}`, { headers })
    open.push(socket)
    const heard: Message[] = []
    socket.on('message', data => heard.push(JSON.parse(String(data))))
    const hears = (what: string, good: (message: Message) => boolean) =>
      until(
        what,
        async () => heard.find(good),
        found => found !== undefined,
      )
    return { socket, heard, hears }
  }

  it('takes binary frames and base64, and says what it lacks', async () => {
    const { socket, hears } = dial()
    await once(socket, 'open')
    socket.send(JSON.stringify({ options: { text: 'x', count: true } }))
    socket.send(frame('one'))
    expect(await hears('the first', ({ data }) => data.frame === 1)).toMatchObject({
      type: 'result',
      data: { task: 'echo', output: { count: 1 }, dropped: 0 },
    })
    socket.send(JSON.stringify({ image: frame('two').toString('base64'), frame: 20 }))
    expect((await hears('the second', ({ data }) => data.frame === 20))?.data.output).toMatchObject({ count: 2 })
    socket.send('nonsense')
    expect(await hears('an error', ({ type }) => type === 'error')).toMatchObject({ data: { code: 'invalid-input' } })
    socket.send(Buffer.from('no picture'))
    await hears('another', ({ data }) => data.code === 'unsupported-media')
    socket.send(JSON.stringify({ image: `data:image/jpeg;base64,${frame('three').toString('base64')}` }))
    expect((await hears('the third', ({ data }) => data.frame === 22))?.data.output?.text).toContain('three')
  })

  it('begins anew with other options, and lives on after a task that is none', async () => {
    const { socket, hears } = dial()
    await once(socket, 'open')
    const say = (message: object) => socket.send(JSON.stringify({ image: frame().toString('base64'), ...message }))
    say({ options: { text: 'x', count: true }, frame: 1 })
    await hears('the first', ({ data }) => data.frame === 1)
    say({ options: { text: 'y', count: true }, frame: 2 })
    expect((await hears('the second', ({ data }) => data.frame === 2))?.data.output).toMatchObject({ count: 1 })
    say({ task: 'no-such-task', frame: 3 })
    await hears('an error', ({ data }) => data.code === 'not-found')
    say({ task: 'echo', options: { text: 'y' }, frame: 4 })
    await hears('the fourth', ({ data }) => data.frame === 4)
  })

  it('begins no frame while its reader takes no answer', async () => {
    const { socket, heard, hears } = dial()
    await once(socket, 'open')
    socket.send(JSON.stringify({ options: { text: 'x', steps: 1 } }))
    socket.pause()
    // Each answer echoes what it was sent: the buffers between the two are full at some time.
    const bytes = frame('x'.repeat(60_000))
    const runs = vi.spyOn(api.deps.live, 'run')
    let before = 0
    let still = 0
    await until(
      'no frame is begun any more',
      async () => {
        socket.send(bytes)
        still = runs.mock.calls.length === before ? still + 1 : 0
        before = runs.mock.calls.length
        return still
      },
      count => before > 0 && count > 40,
    )
    socket.resume()
    socket.send(bytes)
    await hears('an answer that tells of the dropped', ({ data }) => (data.dropped ?? 0) > 40)
    runs.mockRestore()
    expect(heard.every(({ type }) => type === 'result')).toBe(true)
  })

  it('cuts off who sends far too much', async () => {
    const { socket } = dial()
    await once(socket, 'open')
    socket.send(Buffer.alloc(300_000))
    expect((await once(socket, 'close'))[0]).toBe(1009)
  })

  it('is for keys and our own pages alone', async () => {
    const { socket, heard } = dial('', {})
    expect((await once(socket, 'close'))[0]).toBe(4401)
    expect(heard).toMatchObject([{ type: 'error', data: { code: 'unauthenticated' } }])
    const foreign = dial('', { authorization: `Bearer ${api.key}`, origin: 'https://evil.example' })
    foreign.socket.on('error', () => undefined)
    const [, answer] = await once(foreign.socket, 'unexpected-response')
    expect(answer.statusCode).toBe(403)
  })
})
