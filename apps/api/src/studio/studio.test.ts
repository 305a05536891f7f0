import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiUnderTest, startApi } from '../api-under-test.ts'
import { pagePolicy } from './read-studio.ts'

let api: ApiUnderTest
let studio: string
beforeAll(async () => {
  studio = await mkdtemp(join(tmpdir(), 'hearth-studio-'))
  await mkdir(join(studio, '_next/static/chunks'), { recursive: true })
  await writeFile(
    join(studio, 'index.html'),
    '<script>start()</script><script src="/_next/static/chunks/a.js"></script>',
  )
  await writeFile(join(studio, 'gallery.html'), '<p>gallery</p>')
  await writeFile(join(studio, '404.html'), '<p>not here</p>')
  await writeFile(join(studio, '_next/static/chunks/a.js'), 'start()')
  await writeFile(join(studio, '_next/static/chunks/[task].js'), 'start()')
  api = await startApi({ studio })
})
afterAll(async () => {
  await api.stop()
  await rm(studio, { recursive: true })
})

const get = (path: string, headers: Record<string, string> = { accept: 'text/html' }) =>
  api.ask(path, { key: null, headers })

describe('the studio', () => {
  it('is served by the addresses of its pages', async () => {
    for (const path of ['/', '/gallery', '/gallery/', '/gallery.html']) {
      const page = await get(path)
      expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-cache'])
      expect(page.headers.get('content-type')).toMatch(/text\/html/)
    }
    const etag = (await get('/')).headers.get('etag') ?? ''
    expect((await get('/', { 'if-none-match': etag })).status).toBe(304)
  })

  it('keeps its parts for ever, and what is missing not at all', async () => {
    expect((await get('/_next/static/chunks/a.js')).headers.get('cache-control')).toMatch(/immutable/)
    expect((await get('/_next/static/chunks/%5Btask%5D.js')).status).toBe(200)
    for (const path of [
      '/_next/static/chunks/b.js',
      '/nowhere',
      '/api/v1/nowhere',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/%',
    ]) {
      const answer = await get(path)
      expect([path, answer.status, answer.headers.get('cache-control')]).toEqual([path, 404, 'no-store'])
    }
    expect(await (await get('/nowhere')).text()).toContain('not here')
    expect(await (await get('/api/v1/nowhere')).json()).toMatchObject({ error: { code: 'not-found' } })
  })

  it('runs only the scripts that are in its pages', () => {
    const policy = pagePolicy('<script>start()</script><script src="/a.js"></script><script id="x">two()</script>')
    expect(policy.match(/'sha256-[^']+'/g)?.length).toBe(2)
    expect(policy).toContain("script-src 'self' 'sha256-")
    expect(policy).not.toMatch(/script-src[^;]*unsafe/)
  })
})
