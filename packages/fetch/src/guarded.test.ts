import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AppError } from '@hearth/contract'
import { afterEach, describe, expect, it } from 'vitest'
import { checkGuarded, createGuardedFetch, fetchGuarded, type GuardedOptions } from './guarded.ts'

// On Linux all of 127/8 is this machine: 127.0.0.1 stands for a private host, 127.0.0.2 and 127.0.0.3 for public ones.
const privateHost = '127.0.0.1'
const publicHost = '127.0.0.2'
const otherPublicHost = '127.0.0.3'

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
})

async function serve(host: string, listener: RequestListener, port = 0): Promise<number> {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>(resolve => server.listen(port, host, resolve))
  return (server.address() as AddressInfo).port
}

/** A guard over names given here; each further question for a name gets its next answer. */
function guardOver(names: Record<string, string[][]>) {
  const asked: string[] = []
  const fetch = createGuardedFetch({
    resolve: async name => {
      const answers = names[name]
      const answer = answers?.[Math.min(asked.filter(earlier => earlier === name).length, answers.length - 1)]
      asked.push(name)
      if (!answer) throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
      return answer.map(address => ({ address, family: 4 }))
    },
    refuse: address => (address === publicHost || address === otherPublicHost ? undefined : 'private'),
  })
  return { fetch, asked }
}

const options: GuardedOptions = { maxBytes: 1000, timeout: 5, http: true }
const thrown = (promise: Promise<unknown>): Promise<AppError> =>
  promise.then(
    () => Promise.reject(new Error('was not refused')),
    error => error,
  )

describe('fetchGuarded', () => {
  it('connects to the address that was checked and asks for the name once', async () => {
    const hits: IncomingMessage[] = []
    const port = await serve(publicHost, (request, response) => {
      hits.push(request)
      response.setHeader('content-type', 'Image/PNG; x=1').end('picture')
    })
    await serve(privateHost, (_, response) => response.end('secret'), port)
    const { fetch, asked } = guardOver({ 'pictures.test': [[publicHost], [privateHost]] })
    const answer = await fetch(`http://pictures.test:${port}/a.png`, options)
    expect(Buffer.from(answer.bytes).toString()).toBe('picture')
    expect([answer.mime, answer.url]).toEqual(['image/png', `http://pictures.test:${port}/a.png`])
    expect(hits[0]?.headers.host).toBe(`pictures.test:${port}`)
    expect(asked).toEqual(['pictures.test'])
  })

  it('posts a body, and follows nobody with it', async () => {
    const bodies: string[] = []
    const port = await serve(publicHost, (request, response) => {
      const pieces: Buffer[] = []
      request.on('data', piece => pieces.push(piece))
      request.on('end', () => {
        bodies.push(`${request.method} ${request.url} ${request.headers['content-type']} ${Buffer.concat(pieces)}`)
        if (request.url === '/moved') response.writeHead(307, { location: '/hook' }).end()
        else response.writeHead(204).end()
      })
    })
    const { fetch } = guardOver({ 'door.test': [[publicHost]] })
    const post = { ...options, body: '{}', headers: { 'content-type': 'application/json' } }
    expect((await fetch(`http://door.test:${port}/hook`, post)).bytes).toHaveLength(0)
    expect((await thrown(fetch(`http://door.test:${port}/moved`, post))).message).toMatch(/status 307/)
    expect(bodies).toEqual(['POST /hook application/json {}', 'POST /moved application/json {}'])
  })

  it('refuses a name of which any address is private, before a connection is made', async () => {
    let hits = 0
    const port = await serve(privateHost, (_, response) => {
      hits += 1
      response.end('secret')
    })
    for (const addresses of [[privateHost], [publicHost, privateHost]]) {
      const { fetch } = guardOver({ 'rebind.test': [addresses] })
      const error = await thrown(fetch(`http://rebind.test:${port}/`, options))
      expect(error.code).toBe('invalid-input')
      expect(error.message).toMatch(/does not lead to a public host/)
      expect(error.message).not.toContain(privateHost)
    }
    expect(hits).toBe(0)
  })

  it('tells a private name from a missing one to nobody', async () => {
    const { fetch } = guardOver({ 'private.test': [[privateHost]] })
    const first = await thrown(fetch('http://private.test/', options))
    const second = await thrown(fetch('http://missing.test/', options))
    expect(first.message.replace('private', 'missing')).toBe(second.message)
  })

  it('checks each redirect anew', async () => {
    const secret = await serve(privateHost, (_, response) => response.end('secret'))
    let location = `http://${privateHost}:${secret}/`
    const port = await serve(publicHost, (_, response) => response.writeHead(302, { location }).end())
    const { fetch, asked } = guardOver({ 'a.test': [[publicHost], [publicHost], [privateHost]] })
    expect((await thrown(fetch(`http://a.test:${port}/`, options))).message).toMatch(/public host/)
    // The second name is the same as the first and leads elsewhere by then.
    location = `http://a.test:${secret}/`
    expect((await thrown(fetch(`http://a.test:${port}/`, options))).message).toMatch(/public host/)
    expect(asked).toEqual(['a.test', 'a.test', 'a.test'])
    for (const bad of ['file:///etc/passwd', 'http://user:pass@a.test/', '//[::1]/', 'gopher://a.test/']) {
      location = bad
      expect((await thrown(fetch(`http://a.test:${port}/`, options))).code, bad).toBe('invalid-input')
    }
  })

  it('follows five redirects and no more, and keeps headers to the first origin', async () => {
    const seen: (string | undefined)[] = []
    const end = await serve(otherPublicHost, (request, response) => {
      seen.push(request.headers['x-secret'] as string | undefined)
      response.end('end')
    })
    const port = await serve(publicHost, (request, response) => {
      seen.push(request.headers['x-secret'] as string | undefined)
      const left = Number(request.url?.slice(1))
      const location = left > 1 ? `/${left - 1}` : `http://b.test:${end}/`
      response.writeHead(307, { location }).end()
    })
    const { fetch } = guardOver({ 'a.test': [[publicHost]], 'b.test': [[otherPublicHost]] })
    const answer = await fetch(`http://a.test:${port}/5`, { ...options, headers: { 'x-secret': 'yes' } })
    expect(answer.url).toBe(`http://b.test:${end}/`)
    expect(seen).toEqual(['yes', 'yes', 'yes', 'yes', 'yes', undefined])
    expect((await thrown(fetch(`http://a.test:${port}/6`, options))).message).toMatch(/more than 5 times/)
  })

  it('stops at the size limit, announced or not', async () => {
    const port = await serve(publicHost, (request, response) => {
      if (request.url === '/announced') response.setHeader('content-length', 2000)
      response.write(Buffer.alloc(1500))
      response.end(Buffer.alloc(500))
    })
    const { fetch } = guardOver({ 'a.test': [[publicHost]] })
    for (const path of ['announced', 'chunked']) {
      const error = await thrown(fetch(`http://a.test:${port}/${path}`, options))
      expect([path, error.code]).toEqual([path, 'too-large'])
    }
    expect((await fetch(`http://a.test:${port}/`, { ...options, maxBytes: 2000 })).bytes.length).toBe(2000)
  })

  it('has one time limit over everything, slow drips included', async () => {
    const drips: NodeJS.Timeout[] = []
    const port = await serve(publicHost, (_, response) => {
      drips.push(setInterval(() => response.write('x'), 20))
    })
    const { fetch } = guardOver({ 'a.test': [[publicHost]] })
    const error = await thrown(fetch(`http://a.test:${port}/`, { ...options, timeout: 0.3 }))
    for (const drip of drips) clearInterval(drip)
    expect(error.message).toMatch(/within 0\.3 s/)
  })

  it('ends with the caller’s own reason when it is aborted', async () => {
    const aborter = new AbortController()
    const port = await serve(publicHost, () => aborter.abort(new Error('client left')))
    const { fetch } = guardOver({ 'a.test': [[publicHost]] })
    await expect(fetch(`http://a.test:${port}/`, { ...options, signal: aborter.signal })).rejects.toThrow('client left')
  })

  it('names the status of a refusal by the host', async () => {
    const port = await serve(publicHost, (_, response) => response.writeHead(403).end('no'))
    const { fetch } = guardOver({ 'a.test': [[publicHost]] })
    const error = await thrown(fetch(`http://a.test:${port}/x?key=secret`, options))
    expect(error.message).toBe(`http://a.test:${port}/x answered with status 403`)
  })

  it.each([
    'http://example.com/',
    'ftp://example.com/',
    'data:text/plain,x',
    'https://user@example.com/',
    'nonsense',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://localhost/',
  ])('refuses %s by its own rules', async address => {
    const error = await thrown(fetchGuarded(address, { maxBytes: 10, timeout: 5 }))
    expect(error.code).toBe('invalid-input')
    expect(error.hint).toMatch(/public https address/)
  })

  it('reaches private hosts only when the owner has allowed any', async () => {
    const port = await serve(privateHost, (_, response) => response.end('lan'))
    const answer = await fetchGuarded(`http://127.0.0.1:${port}/`, { maxBytes: 10, timeout: 5, allow: 'any' })
    expect(Buffer.from(answer.bytes).toString()).toBe('lan')
  })
})

describe('checkGuarded', () => {
  it('refuses what would be refused later, without asking the host', async () => {
    for (const url of ['https://127.0.0.1/', 'https://localhost/', 'https://[::1]/', 'http://1.1.1.1/', 'nowhere']) {
      expect(await thrown(checkGuarded(url, { timeout: 5 })), url).toMatchObject({ code: 'invalid-input' })
    }
    await checkGuarded('https://1.1.1.1/', { timeout: 5 })
    await checkGuarded('http://127.0.0.1:1/', { timeout: 5, allow: 'any' })
  })
})
