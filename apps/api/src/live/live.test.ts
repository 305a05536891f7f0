import { once } from 'node:events'
import type { JobEvent } from '@hearth/contract'
import { submit } from '@hearth/jobs'
import { createLogger } from '@hearth/log'
import { events } from '@hearth/store'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type ApiUnderTest, startApi, until } from '../api-under-test.ts'
import { openDeps } from '../open-deps.ts'
import { startServer } from '../server.ts'
import { createWatch } from './watch.ts'

let api: ApiUnderTest
const sockets: { close(): void }[] = []
beforeAll(async () => {
  api = await startApi({ worker: true })
})
afterAll(async () => {
  for (const socket of sockets) socket.close()
  await api.stop()
})

const start = async (input: object, key = api.key) =>
  (await (await api.post('/api/v1/tasks/echo/jobs', { input: { text: 'x', ...input } }, { key })).json()).id as string
const last = (heard: JobEvent[]) => heard.at(-1)?.type
const durable = (heard: JobEvent[]) => {
  let seq = 0
  return heard.filter(event => event.seq === seq + 1 && ++seq > 0).map(({ seq, type }) => ({ seq, type }))
}
const history = async (id: string) =>
  (await events.list(api.deps.store, { job: id })).map(({ seq, type }) => ({ seq, type }))

async function connect(key: string | null = api.key): Promise<{ socket: Socket; heard: JobEvent[] }> {
  const socket = io(`${api.url}/jobs`, { transports: ['websocket'], forceNew: true, auth: key === null ? {} : { key } })
  sockets.push(socket)
  const heard: JobEvent[] = []
  socket.on('event', (event: JobEvent) => heard.push(event))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
  return { socket, heard }
}

describe('Socket.IO', () => {
  it('tells an owner of everything, and nobody else', async () => {
    const mine = await connect()
    const stranger = await connect(await api.makeKey({ owner: await api.makeOwner('stranger') }))
    await mine.socket.emitWithAck('watch', { owner: true })
    await stranger.socket.emitWithAck('watch', { owner: true })
    const id = await start({ steps: 5, step_ms: 10 })
    await until(
      'it is done',
      async () => last(mine.heard),
      type => type === 'succeeded',
    )
    expect(durable(mine.heard)).toEqual(await history(id))
    expect(stranger.heard).toEqual([])
    expect(await stranger.socket.emitWithAck('watch', { jobs: [{ id, after: 0 }] })).toMatchObject({
      error: { code: 'not-found' },
    })
  })

  it('replays a job from any number', async () => {
    const id = await start({})
    await until(
      'it is done',
      async () => (await history(id)).at(-1)?.type,
      type => type === 'succeeded',
    )
    const { socket, heard } = await connect()
    await socket.emitWithAck('watch', { jobs: [{ id, after: 2 }] })
    await until(
      'all came',
      async () => last(heard),
      type => type === 'succeeded',
    )
    expect(heard.map(({ seq, type }) => ({ seq, type }))).toEqual((await history(id)).slice(2))
  })

  it('takes a broken connection up where it was', async () => {
    const { socket, heard } = await connect()
    await socket.emitWithAck('watch', { owner: true })
    const id = await start({ steps: 20, step_ms: 60 })
    await until('it runs', async () => heard.some(({ type }) => type === 'started'), Boolean)
    const back = new Promise(resolve => socket.io.once('reconnect', resolve))
    // The transport breaks, as when a laptop sleeps.
    socket.io.engine.close()
    await back
    await until(
      'it is done',
      async () => last(heard),
      type => type === 'succeeded',
    )
    expect(socket.recovered).toBe(true)
    expect(durable(heard)).toEqual(await history(id))
  })

  it('takes it up in another process too', async () => {
    const log = createLogger({ logLevel: 'silent' }, 'other')
    const other = openDeps(api.deps.config, log)
    const { listen } = other.hub
    let there = 0
    other.hub.listen = (owner, listener) => {
      there += 1
      return listen(owner, listener)
    }
    const server = await startServer(other, { host: '127.0.0.1', port: 0 })
    await other.hub.ready()
    const { socket, heard } = await connect()
    await socket.emitWithAck('watch', { owner: true })
    const id = await start({ steps: 20, step_ms: 60 })
    await until('it runs', async () => heard.some(({ type }) => type === 'started'), Boolean)
    const back = new Promise(resolve => socket.io.once('reconnect', resolve))
    Object.assign(socket.io, { uri: server.url })
    socket.io.engine.close()
    await back
    await until(
      'it is done',
      async () => last(heard),
      type => type === 'succeeded',
    )
    expect(there).toBe(1)
    expect(socket.recovered).toBe(true)
    expect(durable(heard)).toEqual(await history(id))
    socket.close()
    await server.close()
    await other.close()
  })

  it('needs a key, or the cookie on a page of ours', async () => {
    await expect(connect(null)).rejects.toThrow(/needs a key/)
    await expect(connect('nobody')).rejects.toThrow(/unknown/)
    const opened = await api.post('/api/v1/session', { key: api.key }, { key: null })
    const cookie = opened.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    const withCookie = (origin: string) =>
      new Promise<string>(resolve => {
        const extraHeaders = { cookie, origin }
        const socket = io(`${api.url}/jobs`, {
          transports: ['websocket'],
          forceNew: true,
          reconnection: false,
          extraHeaders,
        })
        sockets.push(socket)
        socket.once('connect', () => resolve('connected'))
        socket.once('connect_error', () => resolve('refused'))
      })
    expect(await withCookie(api.url)).toBe('connected')
    expect(await withCookie('https://evil.example')).toBe('refused')
  })
})

describe('a plain WebSocket', () => {
  const open = (path: string, headers: Record<string, string> = {}) => {
    const socket = new WebSocket(`${api.url.replace('http', 'ws')}${path}`, { headers })
    sockets.push(socket)
    return socket
  }

  it('tells of jobs', async () => {
    const socket = open('/ws/jobs', { authorization: `Bearer ${api.key}` })
    const messages: { type: string; event?: JobEvent; error?: { code: string } }[] = []
    socket.on('message', data => messages.push(JSON.parse(String(data))))
    await until(
      'it is ready',
      async () => messages[0]?.type,
      type => type === 'ready',
    )
    const id = await start({ steps: 3 })
    socket.send(JSON.stringify({ jobs: [{ id }] }))
    const heard = () => messages.flatMap(({ event }) => (event ? [event] : []))
    await until(
      'it is done',
      async () => last(heard()),
      type => type === 'succeeded',
    )
    expect(durable(heard())).toEqual(await history(id))
    socket.send('nonsense')
    await until(
      'it is told',
      async () => messages.at(-1)?.error?.code,
      code => code === 'invalid-input',
    )
  })

  it.each([
    ['/ws/jobs', { origin: 'https://evil.example' }, 403],
    ['/ws/nothing', {}, 404],
    ['/', {}, 404],
  ])('%s with %j is refused with %i', async (path, headers, status) => {
    const socket = open(path, headers as Record<string, string>)
    socket.on('error', () => undefined)
    const [, answer] = await once(socket, 'unexpected-response')
    expect(answer.statusCode).toBe(status)
  })

  it('without a key is closed', async () => {
    const [code] = await once(open('/ws/jobs'), 'close')
    expect(code).toBe(4401)
  })
})

describe('a watch', () => {
  it('misses and repeats nothing while both servers are away', async () => {
    const heard: JobEvent[] = []
    const watch = createWatch({
      hub: api.deps.hub,
      store: api.deps.store,
      owner: api.owner,
      send: event => heard.push(event),
      onFault: error => expect(error).toMatchObject({ code: 'unavailable' }),
    })
    const { job } = await submit(api.deps.queue, {
      task: 'echo',
      owner: api.owner,
      model: 'echo',
      family: 'echo',
      input: { text: 'x', steps: 40, step_ms: 40 },
    })
    await watch.job(job.id, 0)
    await until('it runs', async () => heard.some(({ type }) => type === 'started'), Boolean)
    await api.services.postgres.kill()
    await api.services.valkey.kill()
    await api.services.valkey.restart()
    await api.services.postgres.restart()
    await until(
      'it is done',
      async () => last(heard),
      type => type === 'succeeded',
    )
    watch.close()
    expect(durable(heard)).toEqual(await history(job.id))
  })
})

describe('a reader who leaves', () => {
  it('is forgotten, whatever it was waiting for', async () => {
    const { hub } = api.deps
    const listen = hub.listen
    let listening = 0
    hub.listen = (owner, listener) => {
      const stop = listen(owner, listener)
      listening += 1
      return () => {
        listening -= 1
        stop()
      }
    }
    try {
      const id = await start({ steps: 200, step_ms: 50 })
      const leave = new AbortController()
      const stream = await api.ask(`/api/v1/jobs/${id}/events`, { signal: leave.signal })
      await stream.body?.getReader().read()
      const waiting = api.ask(`/api/v1/jobs/${id}?wait=60`, { signal: leave.signal })
      await until(
        'both are heard',
        async () => listening,
        count => count === 2,
      )
      leave.abort()
      await expect(waiting).rejects.toThrow()
      await until(
        'both are gone',
        async () => listening,
        count => count === 0,
      )
      expect((await api.ask(`/api/v1/jobs/${id}/events`, { method: 'HEAD' })).status).toBe(200)
      expect(listening).toBe(0)
      await api.ask(`/api/v1/jobs/${id}/cancel`, { method: 'POST' })
    } finally {
      hub.listen = listen
    }
  })
})
