import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AppError } from '@hearth/contract'
import { encodePicture } from '@hearth/media'
import { attendance, keys, webhooks } from '@hearth/store'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi, until } from '../api-under-test.ts'
import type { LiveRun } from '../live-lane/live-lane.ts'

const person = { id: 'ann', name: '=Ann "A", B' }
const face = {
  bbox: [200, 200, 400, 400],
  score: 0.95,
  landmarks: { left_eye: [255, 280], right_eye: [345, 280], nose: [300, 330], mouth: [300, 370] },
  quality: { size: 200, sharpness: 300, brightness: 120, yaw: 0, pitch: 0, roll: 0 },
  expression: { left_eye_open: 0.3, right_eye_open: 0.3, mouth_open: 0.05 },
  track: 1,
  person,
  similarity: 0.8,
  margin: null,
}

let api: ApiUnderTest
let frame: Uint8Array
let kioskKey: string
/** What the live lane is asked, and what it answers; the engine has tests of its own. */
let asked: LiveRun[] = []
let answer: () => unknown[] = () => [face]
const closed: string[] = []
let door: Server
let doorUrl: string
let knocks: { headers: NodeJS.Dict<string | string[]>; body: string }[] = []
let doorStatus = 200

beforeAll(async () => {
  api = await startApi()
  const data = new Uint8Array(64 * 48 * 3).fill(90)
  frame = await encodePicture({ width: 64, height: 48, channels: 3, data }, { format: 'jpeg' })
  Object.assign(api.deps.live, {
    open: async () => ({ stream: 'stream-1', model: 'm' }),
    close: (stream: string) => closed.push(stream),
    run: async (run: LiveRun) => {
      asked.push(run)
      const embedder = { id: 'm', digest: 'd', dimensions: 3 }
      const output = { width: 600, height: 600, embedder, threshold: 0.5, faces: answer() }
      return { output, files: [], model: 'm', timings: { engine_ms: 1, total_ms: 1 } }
    },
  })
  kioskKey = await api.makeKey({ scopes: ['kiosk'] })
  door = createServer((request, response) => {
    let body = ''
    request.on('data', piece => {
      body += piece
    })
    request.on('end', () => {
      knocks.push({ headers: request.headers, body })
      response.writeHead(doorStatus).end()
    })
  })
  await new Promise<void>(resolve => door.listen(0, '127.0.0.1', resolve))
  doorUrl = `http://127.0.0.1:${(door.address() as AddressInfo).port}/door`
})
afterAll(async () => {
  await api.stop()
  door.close()
})

const put = (body: unknown, key = api.key) =>
  api.ask('/api/v1/kiosk/settings', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    key,
  })

function connect(key: string): Socket {
  return io(`${api.url}/kiosk`, { auth: { key }, transports: ['websocket'], reconnection: false })
}

/** Sends frames until a state is told that is wanted. */
async function showUntil(socket: Socket, phase: string): Promise<unknown> {
  const states: { phase: string }[] = []
  socket.on('state', state => states.push(state))
  let number = 0
  const found = await until(
    `the kiosk says ${phase}`,
    async () => {
      socket.emit('frame', number, frame)
      number += 1
      return states.find(state => state.phase === phase)
    },
    state => state !== undefined,
  )
  socket.off('state')
  return found
}

describe('settings', () => {
  it('stay as they are where nothing is said, and are shown to a kiosk only in part', async () => {
    const answer = await put({ sound: false, challenge: false, welcome: { en: 'Hi {name}', zh: '你好' } })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ sound: false, actions: 3, webhook: null, webhook_secret: null })
    const own = await (await api.ask('/api/v1/kiosk/settings')).json()
    expect(own).toMatchObject({ collection: 'default', attendance_minutes: 5, deliveries: [] })
    const shown = await (await api.ask('/api/v1/kiosk/settings', { key: kioskKey })).json()
    expect(shown).toEqual({
      welcome: { en: 'Hi {name}', zh: '你好' },
      sound: false,
      challenge: false,
      actions: 3,
      blink: true,
    })
    const stranger = await api.makeKey({ owner: await api.makeOwner('stranger') })
    expect(await (await api.ask('/api/v1/kiosk/settings', { key: stranger })).json()).toMatchObject({ sound: true })
  })

  it('are changed by those who may, and only to what makes sense', async () => {
    expect((await put({ sound: true }, kioskKey)).status).toBe(403)
    expect((await put({ sound: true }, await api.makeKey({ scopes: ['tasks'] }))).status).toBe(403)
    for (const wrong of [
      { actions: 5 },
      { webhook: { url: 'ftp://x' } },
      { webhook: { url: 'http://door.example/' } },
      { webhook: { url: 'https://me:secret@door.example/' } },
      { welcome: { en: 'a\0', zh: '' } },
      { threshold: 2 },
    ]) {
      expect((await put(wrong)).status, JSON.stringify(wrong)).toBe(422)
    }
  })

  it('a kiosk key opens nothing else', async () => {
    for (const path of ['/api/v1/kiosk/attendance', '/api/v1/kiosk/attendance.csv', '/api/v1/jobs']) {
      expect((await api.ask(path, { key: kioskKey })).status, path).toBe(403)
    }
  })
})

describe('a kiosk', () => {
  it('is let in by its key alone', async () => {
    const refused = connect(await api.makeKey({ scopes: ['models'] }))
    const error = await new Promise<Error & { data?: unknown }>(resolve => refused.on('connect_error', resolve))
    expect(error.data).toMatchObject({ code: 'forbidden' })
    const jobs = io(`${api.url}/jobs`, { auth: { key: kioskKey }, transports: ['websocket'], reconnection: false })
    const other = await new Promise<Error & { data?: unknown }>(resolve => jobs.on('connect_error', resolve))
    expect(other.data).toMatchObject({ code: 'forbidden' })
  })

  it('grants, notes it once, tells the door with a signature, and keeps no frame', async () => {
    const secret = (await (await put({ challenge: false, webhook: { url: doorUrl, private: true } })).json())
      .webhook_secret as string
    expect(secret).toMatch(/^whsec_/)
    expect(JSON.stringify(await (await api.ask('/api/v1/kiosk/settings')).json())).not.toContain(secret)
    asked = []
    const socket = connect(kioskKey)
    const settings = await new Promise(resolve => socket.on('settings', resolve))
    expect(settings).toMatchObject({ challenge: false, sound: false })
    expect(await showUntil(socket, 'granted')).toEqual({ phase: 'granted', person: { name: person.name } })
    expect(asked[0]).toMatchObject({ stream: 'stream-1', owner: api.owner, input: { collection: 'default' } })
    const [knock] = await until(
      'the door is told',
      async () => knocks,
      all => all.length > 0,
    )
    const { body, headers } = knock ?? { body: '', headers: {} }
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
    const mac = createHmac('sha256', Buffer.from(secret.slice(6), 'base64'))
      .update(signed)
      .digest('base64')
    expect(headers['webhook-signature']).toBe(`v1,${mac}`)
    expect(JSON.parse(body)).toMatchObject({
      type: 'kiosk.granted',
      data: { person, challenged: false, noted: true, kiosk: { name: 'test' } },
    })
    socket.disconnect()
    await until(
      'the stream is closed',
      async () => closed,
      all => all.includes('stream-1'),
    )
    const again = connect(kioskKey)
    await showUntil(again, 'granted')
    await until(
      'the door is told again',
      async () => knocks,
      all => all.length > 1,
    )
    expect(JSON.parse(knocks[1]?.body ?? '')).toMatchObject({ data: { noted: false } })
    again.disconnect()
    const { entries } = await (await api.ask('/api/v1/kiosk/attendance')).json()
    expect(entries).toMatchObject([{ person: { id: 'ann', name: null }, challenged: false, similarity: 0.8 }])
  })

  it('tries a door again that did not answer', async () => {
    knocks = []
    doorStatus = 503
    const socket = connect(kioskKey)
    await showUntil(socket, 'granted')
    await until(
      'it was tried twice',
      async () => knocks,
      all => all.length > 1,
    )
    expect(knocks[0]?.headers['webhook-id']).toBe(knocks[1]?.headers['webhook-id'])
    doorStatus = 204
    const id = String(knocks[0]?.headers['webhook-id'])
    const state = async () =>
      (await webhooks.list(api.deps.store, { owner: api.owner, of: 'kiosks', limit: 9 })).find(row => row.id === id)
    await until('it is delivered', state, row => row?.state === 'delivered')
    socket.disconnect()
    const shown = await (await api.ask('/api/v1/kiosk/settings')).json()
    expect(shown.deliveries[0]).toMatchObject({ id, state: 'delivered' })
  })

  it('says that the worker is away, and goes on by itself', async () => {
    const before = answer
    answer = () => {
      throw new AppError('unavailable', 'no worker is linked')
    }
    const socket = connect(kioskKey)
    expect(await showUntil(socket, 'worker-away')).toEqual({ phase: 'worker-away', reason: 'unavailable' })
    answer = () => []
    await showUntil(socket, 'idle')
    answer = before
    socket.disconnect()
  })

  it('tells what is wrong with a message that is no frame', async () => {
    const socket = connect(kioskKey)
    await new Promise(resolve => socket.on('settings', resolve))
    for (const message of [
      [],
      ['x', new Uint8Array(1)],
      [1, 'text'],
      [1, new Uint8Array(0)],
      [-1, new Uint8Array(1)],
    ]) {
      const problem = new Promise<{ error: unknown }>(resolve => socket.once('problem', resolve))
      socket.emit('frame', ...message)
      expect((await problem).error).toMatchObject({ code: 'invalid-input' })
    }
    // One whose header promises far more pixels than there are bytes.
    const huge = new Uint8Array(
      await encodePicture({ width: 8, height: 8, channels: 1, data: new Uint8Array(64) }, { format: 'png' }),
    )
    new DataView(huge.buffer).setUint32(16, 2 ** 30)
    const odd: [Uint8Array, string][] = [
      [new TextEncoder().encode('not a picture'), 'unsupported-media'],
      [huge, 'invalid-input'],
    ]
    for (const [bytes, code] of odd) {
      const problem = new Promise<{ frame: number; error: unknown }>(resolve => socket.once('problem', resolve))
      socket.emit('frame', 7, bytes)
      expect(await problem).toMatchObject({ frame: 7, error: { code } })
    }
    expect(socket.connected).toBe(true)
    socket.disconnect()
  })
})

describe('attendance', () => {
  it('is exported for spreadsheets, without formulas', async () => {
    await api.deps.store.pool.query(
      `insert into collection (owner, name) values ($1, 'default') on conflict do nothing`,
      [api.owner],
    )
    await api.deps.store.pool.query(
      `insert into person (id, owner, collection, name, consent) values ('ann', $1, 'default', $2, '{}')`,
      [api.owner, person.name],
    )
    const csv = await api.ask('/api/v1/kiosk/attendance.csv')
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    const [head, row] = (await csv.text()).split('\r\n')
    expect(head).toBe('at,person,name,kiosk,challenged,similarity')
    expect(row).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z,ann,"'=Ann ""A"", B",[\w-]+,no,0\.800$/)
  })

  it('is listed in pages and forgotten', async () => {
    for (const id of ['bob', 'cat']) {
      const entry = { owner: api.owner, person: id, kiosk: null, challenged: true, similarity: 0.7 }
      await attendance.note(api.deps.store, entry, 0)
    }
    const first = await (await api.ask('/api/v1/kiosk/attendance?limit=2')).json()
    expect(first.entries.map((entry: { person: { id: string } }) => entry.person.id)).toEqual(['cat', 'bob'])
    const rest = await (await api.ask(`/api/v1/kiosk/attendance?limit=2&before=${first.next_before}`)).json()
    expect(rest).toMatchObject({ entries: [{ person: { id: 'ann', name: person.name } }], next_before: null })
    expect((await api.ask('/api/v1/kiosk/attendance?since=yesterday')).status).toBe(422)
    const bare = await api.makeKey({ scopes: ['tasks'] })
    expect((await api.ask('/api/v1/kiosk/attendance', { method: 'DELETE', key: bare })).status).toBe(403)
    const gone = await api.ask('/api/v1/kiosk/attendance?person=bob', { method: 'DELETE' })
    expect(await gone.json()).toEqual({ removed: 1 })
    expect((await (await api.ask('/api/v1/kiosk/attendance')).json()).entries).toHaveLength(2)
  })
})

it('ends for a key that is revoked: the next connection is refused', async () => {
  const { key, secret } = await keys.create(api.deps.store, { owner: api.owner, name: 'old', scopes: ['kiosk'] })
  const socket = connect(secret)
  await new Promise(resolve => socket.on('settings', resolve))
  socket.disconnect()
  await keys.revoke(api.deps.store, { id: key.id })
  api.deps.keyCache.clear()
  const again = connect(secret)
  const error = await new Promise<Error & { data?: unknown }>(resolve => again.on('connect_error', resolve))
  expect(error.data).toMatchObject({ code: 'unauthenticated' })
})
