import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { fetchTrusted } from './trusted.ts'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('fetchTrusted', () => {
  it('gives status, headers and a stream, ranges included', async () => {
    const url = await serve((request, response) => {
      response.writeHead(206, { 'content-range': 'bytes 2-4/10', etag: '"v1"' }).end(request.headers.range)
    })
    const answer = await fetchTrusted(`${url}/f`, { headers: { range: 'bytes=2-4' } })
    expect([answer.status, answer.headers.etag, await answer.text()]).toEqual([206, '"v1"', 'bytes=2-4'])
  })

  it('hands every status to the caller', async () => {
    const url = await serve((_, response) => response.writeHead(429, { 'retry-after': '7' }).end('slow down'))
    const answer = await fetchTrusted(url)
    expect([answer.status, answer.headers['retry-after'], await answer.text()]).toEqual([429, '7', 'slow down'])
  })

  it('keeps credentials on the same origin and drops them elsewhere, the range stays', async () => {
    const seen: unknown[] = []
    const other = await serve((request, response) => {
      seen.push([request.headers.authorization, request.headers.range])
      response.end('done')
    })
    const url = await serve((request, response) => {
      seen.push([request.headers.authorization, request.headers.range])
      const location = request.url === '/' ? '/again' : `${other}/x`
      response.writeHead(302, { location }).end()
    })
    const headers = { Authorization: 'Bearer secret', range: 'bytes=5-' }
    const answer = await fetchTrusted(url, { headers })
    expect(await answer.text()).toBe('done')
    expect(answer.url).toBe(`${other}/x`)
    expect(seen).toEqual([
      ['Bearer secret', 'bytes=5-'],
      ['Bearer secret', 'bytes=5-'],
      [undefined, 'bytes=5-'],
    ])
  })

  it('does not follow redirects for ever', async () => {
    const url = await serve((_, response) => response.writeHead(301, { location: '/' }).end())
    await expect(fetchTrusted(url)).rejects.toMatchObject({ code: 'unavailable', message: /more than 10 times/ })
  })

  it('names the host that cannot be reached', async () => {
    const url = await serve(() => {})
    servers[0]?.close()
    servers.splice(0)[0]?.closeAllConnections()
    await expect(fetchTrusted(url)).rejects.toMatchObject({
      code: 'unavailable',
      message: new RegExp(`${new URL(url).host} cannot be reached: .*ECONNREFUSED`),
      retryable: true,
    })
  })

  it('does not wait longer than told for an answer or within it', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/begun') response.writeHead(200).write('x')
    })
    await expect(fetchTrusted(`${url}/silent`, { timeout: 0.2 })).rejects.toMatchObject({ code: 'unavailable' })
    const answer = await fetchTrusted(`${url}/begun`, { timeout: 0.2 })
    await expect(answer.text()).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('ends with the caller’s own reason when it is aborted', async () => {
    const aborter = new AbortController()
    const url = await serve(() => aborter.abort(new Error('stopped')))
    await expect(fetchTrusted(url, { signal: aborter.signal })).rejects.toThrow('stopped')
  })
})
