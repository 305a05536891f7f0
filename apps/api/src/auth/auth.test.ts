import { keys, sessions } from '@hearth/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi } from '../api-under-test.ts'

let api: ApiUnderTest
beforeAll(async () => {
  api = await startApi()
})
afterAll(() => api.stop())

const bare = (path: string, init: RequestInit = {}) => api.ask(path, { ...init, key: null })
const origin = () => ({ origin: api.url })

async function signIn(): Promise<string> {
  const { token } = await sessions.createSignIn(api.deps.store, { owner: api.owner, ttlSeconds: 60 })
  const answer = await api.post('/api/v1/session', { token }, { key: null, headers: origin() })
  expect(answer.status).toBe(201)
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

describe('a key', () => {
  it.each([
    ['Bearer', (key: string) => ({ authorization: `Bearer ${key}` })],
    ['bearer in small letters', (key: string) => ({ authorization: `bearer ${key}` })],
    ['x-api-key', (key: string) => ({ 'x-api-key': key })],
    ['x-goog-api-key', (key: string) => ({ 'x-goog-api-key': key })],
    ['api-key', (key: string) => ({ 'api-key': key })],
    ['Basic password', (key: string) => ({ authorization: `Basic ${btoa(`anybody:${key}`)}` })],
    ['Basic user name', (key: string) => ({ authorization: `Basic ${btoa(`${key}:`)}` })],
    ['empty Basic beside x-api-key', (key: string) => ({ authorization: 'Basic Og==', 'x-api-key': key })],
  ])('is taken as %s', async (_, headers) => {
    expect((await bare('/api/v1/jobs', { headers: headers(api.key) })).status).toBe(200)
  })

  it.each([{}, { authorization: 'Basic ' }, { authorization: 'Bearer nobody' }, { authorization: 'Basic Og==' }])(
    'is missed in %j',
    async headers => {
      const answer = await bare('/api/v1/jobs', { headers: headers as Record<string, string> })
      expect([answer.status, (await answer.json()).error.code]).toEqual([401, 'unauthenticated'])
    },
  )

  it('opens only what its scopes say', async () => {
    const key = await api.makeKey({ scopes: ['tasks'] })
    expect((await api.ask('/api/v1/jobs', { key })).status).toBe(200)
    const answer = await api.ask('/api/v1/keys', { key })
    expect([answer.status, (await answer.json()).error.code]).toEqual([403, 'forbidden'])
    expect((await api.post('/api/v1/models/starter/pull', {}, { key })).status).toBe(403)
  })

  it('of a kiosk opens nothing else, not even what every key may see', async () => {
    const key = await api.makeKey({ scopes: ['kiosk'] })
    expect((await api.ask('/api/v1/session', { key })).status).toBe(200)
    for (const path of ['/api/v1/jobs', '/api/v1/tasks', '/api/v1/models', '/api/v1/system', '/api/v1/keys']) {
      expect((await api.ask(path, { key })).status, path).toBe(403)
    }
    expect((await api.post('/api/v1/tasks/echo/jobs', { input: { text: 'x' } }, { key })).status).toBe(403)
    expect((await api.ask('/v1/models', { key })).status).toBe(403)
    const both = await api.makeKey({ scopes: ['kiosk', 'tasks'] })
    expect((await api.ask('/api/v1/tasks', { key: both })).status).toBe(200)
  })

  it('stops working when it is revoked, and is never shown again', async () => {
    const made = await (await api.post('/api/v1/keys', { name: 'temporary' })).json()
    expect((await api.ask('/api/v1/jobs', { key: made.secret })).status).toBe(200)
    await api.ask(`/api/v1/keys/${made.key.id}`, { method: 'DELETE' })
    expect((await api.ask('/api/v1/jobs', { key: made.secret })).status).toBe(401)
    expect(JSON.stringify(await (await api.ask('/api/v1/keys')).json())).not.toContain(made.secret)
  })
})

describe('a session', () => {
  it('is opened by a sign-in link, once', async () => {
    const { token } = await sessions.createSignIn(api.deps.store, { owner: api.owner, ttlSeconds: 60 })
    const first = await api.post('/api/v1/session', { token }, { key: null })
    expect(first.headers.getSetCookie()[0]).toMatch(/HttpOnly.*SameSite=Strict|SameSite=Strict.*HttpOnly/)
    expect((await api.post('/api/v1/session', { token }, { key: null })).status).toBe(401)
  })

  it('reads, and changes only from our own page', async () => {
    const cookie = await signIn()
    expect(await (await bare('/api/v1/session', { headers: { cookie } })).json()).toMatchObject({
      owner: api.owner,
      key: { scopes: ['tasks', 'models', 'admin', 'kiosk'] },
    })
    const change = (headers: Record<string, string>) =>
      api.post('/api/v1/keys', { name: 'x' }, { key: null, headers: { cookie, ...headers } })
    expect((await change({})).status).toBe(403)
    expect((await change({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await change({ 'sec-fetch-site': 'cross-site', ...origin() })).status).toBe(403)
    expect((await change({ 'sec-fetch-site': 'same-site' })).status).toBe(403)
    expect((await change(origin())).status).toBe(201)
    expect((await change({ 'sec-fetch-site': 'same-origin' })).status).toBe(201)
  })

  it('counts nowhere in the dialects', async () => {
    const headers = { cookie: await signIn(), ...origin() }
    expect((await bare('/v1/models', { headers })).status).toBe(401)
    expect((await bare('/api/text-to-image/models', { headers })).status).toBe(401)
  })

  it('ends by signing out, and with its key', async () => {
    const cookie = await signIn()
    const out = await bare('/api/v1/session', { method: 'DELETE', headers: { cookie, ...origin() } })
    expect(out.status).toBe(204)
    expect((await bare('/api/v1/session', { headers: { cookie } })).status).toBe(401)
    const { key, secret } = await keys.create(api.deps.store, { owner: api.owner, name: 'k', scopes: ['tasks'] })
    const opened = await api.post('/api/v1/session', { key: secret }, { key: null })
    const mine = opened.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect((await bare('/api/v1/session', { headers: { cookie: mine } })).status).toBe(200)
    await keys.revoke(api.deps.store, { id: key.id })
    expect((await bare('/api/v1/session', { headers: { cookie: mine } })).status).toBe(401)
  })

  it('cannot be opened for a visitor of another page', async () => {
    const headers = { origin: 'https://evil.example' }
    expect((await api.post('/api/v1/session', { key: api.key }, { key: null, headers })).status).toBe(403)
  })
})

describe('limits', () => {
  it('count each kind of route for each key, and say how many are left', async () => {
    const key = await api.makeKey({ rateStatus: 3 })
    const answers = []
    for (let index = 0; index < 4; index += 1) answers.push(await api.ask('/api/v1/jobs', { key }))
    expect(answers.map(answer => answer.status)).toEqual([200, 200, 200, 429])
    expect(answers.map(answer => answer.headers.get('x-ratelimit-remaining'))).toEqual(['2', '1', '0', '0'])
    expect(answers[0]?.headers.get('x-ratelimit-limit')).toBe('3')
    expect(Number(answers[3]?.headers.get('x-ratelimit-reset'))).toBeGreaterThan(0)
    expect(Number(answers[3]?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await answers[3]?.json()).toMatchObject({ error: { code: 'rate-limited', retryable: true } })
    expect((await api.ask('/api/v1/jobs')).status).toBe(200)
  })

  it('throttle signing in by address', async () => {
    const statuses = []
    for (let index = 0; index < 12; index += 1) {
      statuses.push((await api.post('/api/v1/session', { token: 'guess' }, { key: null })).status)
    }
    expect(statuses).toContain(429)
  })
})

describe('the name of the host', () => {
  it('has to be one of loopback', async () => {
    const app = (await import('../app.ts')).createApp(api.deps)
    const ask = (host: string) => app.request('http://x/health', { headers: { host } })
    expect((await ask('evil.example')).status).toBe(403)
    expect((await ask('localhost:8000')).status).not.toBe(403)
    expect((await ask('127.0.0.1')).status).not.toBe(403)
    expect((await ask('[::1]:8000')).status).not.toBe(403)
  })
})

describe('what another site may do', () => {
  it('is nothing: no answer allows it', async () => {
    const answer = await api.ask('/api/v1/jobs', { headers: { origin: 'https://evil.example' } })
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    const before = await bare('/api/v1/jobs', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })
    expect([before.status, before.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS'])
    expect(before.headers.get('access-control-allow-origin')).toBeNull()
  })
})
