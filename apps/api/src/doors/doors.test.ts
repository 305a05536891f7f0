import { execFile } from 'node:child_process'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startTestInstance, type TestInstance } from '@hearth/testing/instance'
import { freePort } from '@hearth/testing/services'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const run = promisify(execFile)
const commandLine = fileURLToPath(new URL('../../../hearth/src/main.ts', import.meta.url))

let hearth: TestInstance
let port: number
let key: { id: string; name: string }

async function json(path: string, method = 'GET', body?: unknown): Promise<{ status: number; body: unknown }> {
  const init = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await hearth.request(path, { method, ...init })
  const text = await response.text()
  return { status: response.status, body: text === '' ? null : JSON.parse(text) }
}

/** A request with exactly these headers; the status, or why there is none. */
function knock(at: number, path: string, headers: Record<string, string>, method = 'GET'): Promise<number | string> {
  return new Promise(resolve => {
    const asked = request({ host: '127.0.0.1', port: at, path, method, headers, setHost: false }, response => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    asked.on('error', error => resolve((error as NodeJS.ErrnoException).code ?? error.message))
    asked.end()
  })
}

beforeAll(async () => {
  hearth = await startTestInstance()
  port = await freePort()
  const made = await json('/api/v1/keys', 'POST', { name: 'paint program', scopes: ['tasks'] })
  const { id, name } = (made.body as { key: typeof key }).key
  key = { id, name }
})
afterAll(() => hearth?.stop())

describe('doors', () => {
  const options = '/sdapi/v1/options'
  const local = () => ({ host: `127.0.0.1:${port}` })

  it('are closed until one is opened', async () => {
    expect((await json('/api/v1/doors')).body).toEqual({ doors: [] })
    expect(await knock(port, options, local())).toBe('ECONNREFUSED')
  })

  it('speak one dialect at root without a key', async () => {
    const opened = await json('/api/v1/doors', 'POST', { dialect: 'a1111', port, key: 'paint program' })
    expect(opened).toMatchObject({ status: 201, body: { port, key, open: true, reason: null } })
    expect(await knock(port, options, local())).toBe(200)
    expect(await knock(port, options, { host: `localhost:${port}` })).toBe(200)
    expect(await knock(port, options, { ...local(), authorization: 'Basic dXNlcjpub25zZW5zZQ==' })).toBe(200)
    const draw = { method: 'POST', headers: { 'content-type': 'application/json' } }
    const body = JSON.stringify({ prompt: 'sun', steps: 1, width: 64, height: 64 })
    const drawn = await fetch(`http://127.0.0.1:${port}/sdapi/v1/txt2img`, { ...draw, body })
    expect(((await drawn.json()) as { images: string[] }).images).toHaveLength(1)
  })

  it('serve nothing else', async () => {
    for (const path of ['/', '/api/v1/jobs', '/api/v1/keys', '/v1/models', '/health', '/sdapi/v1/nowhere']) {
      expect(await knock(port, path, local()), path).toBe(404)
    }
    const missing = await fetch(`http://127.0.0.1:${port}/api/v1/keys`)
    expect(await missing.json()).toMatchObject({ error: 'HTTPException' })
  })

  it('turn away other names and pages of other addresses', async () => {
    const text = { 'content-type': 'text/plain' }
    for (const headers of [
      { host: `evil.example:${port}` },
      { host: 'evil.example' },
      { host: '127.0.0.1.evil.example' },
      { ...local(), origin: 'https://evil.example' },
      { ...local(), origin: 'null' },
      { ...local(), origin: 'http://127.0.0.1:1' },
      { ...local(), 'sec-fetch-site': 'cross-site' },
      { ...local(), 'sec-fetch-site': 'same-site' },
    ]) {
      expect(await knock(port, options, headers), JSON.stringify(headers)).toBe(403)
      expect(await knock(port, '/sdapi/v1/interrupt', { ...headers, ...text }, 'POST')).toBe(403)
    }
    expect(await knock(port, options, { ...local(), origin: `http://127.0.0.1:${port}` })).toBe(200)
  })

  it('refuse what cannot be opened', async () => {
    const open = (door: object) =>
      json('/api/v1/doors', 'POST', { dialect: 'a1111', port: 12345, key: key.id, ...door })
    expect(await open({ dialect: 'klingon' })).toMatchObject({ status: 422, body: { error: { path: ['dialect'] } } })
    expect(await open({ key: 'nobody' })).toMatchObject({ status: 404, body: { error: { path: ['key'] } } })
    expect((await open({ port: 80 })).status).toBe(422)
    const taken = Number(new URL(hearth.url).port)
    expect(await open({ port: taken })).toMatchObject({
      body: { open: false, reason: expect.stringContaining('in use') },
    })
    expect((await json(`/api/v1/doors/${taken}`, 'DELETE')).status).toBe(204)
  })

  it('close', async () => {
    expect((await json(`/api/v1/doors/${port}`, 'DELETE')).status).toBe(204)
    expect(await knock(port, options, local())).toBe('ECONNREFUSED')
    expect((await json(`/api/v1/doors/${port}`, 'DELETE')).status).toBe(404)
  })

  it('open and close from the command line, and end with their key', async () => {
    const hearthCommand = (...words: string[]) =>
      run(process.execPath, [commandLine, 'door', ...words], { env: { ...process.env, HEARTH_DATA: hearth.data } })
    await hearthCommand('open', 'a1111', '--port', String(port), '--key', 'paint program')
    await expect.poll(() => knock(port, options, local()), { timeout: 15_000 }).toBe(200)
    await json(`/api/v1/keys/${key.id}`, 'DELETE')
    await expect.poll(() => knock(port, options, local()), { timeout: 15_000 }).toBe(401)
    await hearthCommand('close', '--port', String(port))
    await expect.poll(() => knock(port, options, local()), { timeout: 15_000 }).toBe('ECONNREFUSED')
  })
})
