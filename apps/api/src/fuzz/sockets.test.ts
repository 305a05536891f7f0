import { once } from 'node:events'
import fc from 'fast-check'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type ApiUnderTest, startApi, until } from '../api-under-test.ts'

const seed = 1
let api: ApiUnderTest

beforeAll(async () => {
  api = await startApi({ worker: true, settings: { HEARTH_LIVE_FRAME_KB: '16' } })
})
afterAll(() => api?.stop())

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0])
const noise = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ minLength: 17_000, maxLength: 20_000 }))
const anyTask = fc.constantFrom('echo', 'pull-model', 'text-to-image', 'nothing', '', '__proto__')
const anyOptions = fc.oneof(fc.constant({ text: 'x' }), fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue())
const wish = fc.record(
  {
    image: fc.oneof(fc.base64String(), fc.string(), fc.jsonValue()),
    task: anyTask,
    options: anyOptions,
    frame: fc.jsonValue(),
  },
  { requiredKeys: [] },
)
const messages = fc.oneof(
  noise,
  fc.string(),
  fc.jsonValue().map(value => JSON.stringify(value)),
  wish.map(value => JSON.stringify(value)),
)

it('a camera lives on whatever it is sent', async () => {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/ws/camera?task=echo`, {
    headers: { authorization: `Bearer ${api.key}` },
  })
  const heard: { type: string; data: { frame?: number; code?: string } }[] = []
  socket.on('message', data => heard.push(JSON.parse(String(data))))
  await once(socket, 'open')
  for (const message of fc.sample(messages, { numRuns: 1000, seed })) socket.send(message)
  socket.send(JSON.stringify({ task: 'echo', options: { text: 'x' }, frame: 123_456, image: jpeg.toString('base64') }))
  await until(
    'the last frame is answered',
    async () => heard.some(({ type, data }) => type === 'result' && data.frame === 123_456),
    Boolean,
  )
  socket.close()
  expect(heard.filter(({ data }) => data.code === 'internal')).toEqual([])
  expect(heard.length).toBeGreaterThan(100)
})

it('so does a connection with cameras', async () => {
  const socket = io(`${api.url}/live`, { transports: ['websocket'], forceNew: true, auth: { key: api.key } })
  const problems: { error: { code: string } }[] = []
  const answers: { frame: number }[] = []
  socket.on('problem', problem => problems.push(problem))
  socket.on('answer', answer => answers.push(answer))
  await new Promise<void>(resolve => socket.once('connect', () => resolve()))
  const open = () => socket.emitWithAck('open', { task: 'echo', options: { text: 'x' } })
  const { stream } = await open()
  const anything = fc.oneof(fc.jsonValue(), noise, wish, fc.constant(stream))
  const events = fc.tuple(fc.constantFrom('open', 'frame', 'close', 'frame'), fc.array(anything, { maxLength: 4 }))
  for (const [name, values] of fc.sample(events, { numRuns: 1000, seed })) {
    // What is known to close the stream in use would leave nothing to look at.
    if (name === 'close' && values[0] === stream) continue
    socket.emit(name, ...values)
  }
  socket.emit('frame', stream, 123_456, jpeg)
  await until('the last frame is answered', async () => answers.some(({ frame }) => frame === 123_456), Boolean)
  socket.close()
  expect(problems.filter(({ error }) => error.code === 'internal')).toEqual([])
})
