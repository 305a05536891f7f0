import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What goes wrong with one request of a file; each is used up once. */
export type Fault =
  | { kind: 'status'; status: number; retryAfter?: string }
  /** Sends so many bytes and drops the connection. */
  | { kind: 'cut'; after: number }
  /** Sends so many bytes and ends as if that were all. */
  | { kind: 'truncate'; after: number }
  | { kind: 'ignore-range' }
  | { kind: 'wrong-part' }
  | { kind: 'other-bytes' }
  | { kind: 'longer' }
  /** Sends so many bytes and then nothing, until the connection ends. */
  | { kind: 'stall'; after: number }

export interface FakeHub {
  url: string
  /** Path and range of each request that reached a file. */
  requests: { path: string; range: string | undefined; authorization: string | undefined; status: number }[]
  /** Faults of the next requests of a file, by its path in the repository. */
  faults: Map<string, Fault[]>
  files: Map<string, Buffer>
  /** What the lists say instead of the truth. */
  claims: Map<string, { size?: number; sha256?: string }>
  /** If set, needed for lists and files; a wrong one is answered with 401. */
  token: string | undefined
  /** Files on one page of a list. */
  pageSize: number
  /** Resolves when a request has stalled. */
  stalled: Promise<void>
  close(): Promise<void>
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Speaks the protocols of Hugging Face and ModelScope for one repository `org/name`, from a list to a redirect. */
export async function startFakeHub(files: Record<string, Buffer>): Promise<FakeHub> {
  const { promise: stalled, resolve: stall } = Promise.withResolvers<void>()
  const server = createServer((request, response) => answer(hub, stall, request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const hub: FakeHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    faults: new Map(),
    files: new Map(Object.entries(files)),
    claims: new Map(),
    token: undefined,
    pageSize: 2,
    stalled,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return hub
}

function answer(hub: FakeHub, stall: () => void, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', hub.url)
  const { authorization } = request.headers
  const cdn = url.pathname.startsWith('/cdn/')
  if (!cdn && hub.token !== undefined && authorization !== `Bearer ${hub.token}`) {
    response.writeHead(401).end('{"error":"Access to model org/name is restricted."}')
    return
  }
  const json = (body: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  if (url.pathname.startsWith('/api/models/org/name/tree/main')) json(hfPage(hub, url, response))
  else if (url.pathname === '/api/v1/models/org/name/repo/files') json(modelScopeList(hub))
  else if (url.pathname === '/api/v1/models/org/name/repo') {
    sendFile(hub, stall, url.searchParams.get('FilePath') ?? '', request, response)
  } else if (url.pathname.startsWith('/org/name/resolve/main/')) {
    // As the hub does: to another place with a query that changes each time, and to credentials' end.
    const path = url.pathname.slice('/org/name/resolve/main/'.length)
    response.writeHead(302, { location: `${hub.url.replace('127.0.0.1', 'localhost')}/cdn/${path}?x=${Math.random()}` })
    response.end()
  } else if (cdn) sendFile(hub, stall, decodeURIComponent(url.pathname.slice('/cdn/'.length)), request, response)
  else response.writeHead(404).end('{"error":"Repository not found"}')
}

function hfPage(hub: FakeHub, url: URL, response: ServerResponse) {
  const start = Number(url.searchParams.get('cursor') ?? 0)
  const all = [...hub.files.keys()]
  if (start + hub.pageSize < all.length) {
    // Mirrors pass on the original's address.
    const next = `https://huggingface.co${url.pathname}?recursive=true&cursor=${start + hub.pageSize}`
    response.setHeader('link', `<${next}>; rel="next"`)
  }
  return all.slice(start, start + hub.pageSize).flatMap(path => {
    const { size, digest } = claimed(hub, path)
    const large = !path.endsWith('.json')
    const folder = path.includes('/') ? [{ type: 'directory', oid: '0', path: path.split('/')[0] }] : []
    return [...folder, { type: 'file', path, size, oid: 'git', ...(large ? { lfs: { oid: digest, size } } : {}) }]
  })
}

function modelScopeList(hub: FakeHub) {
  const Files = [...hub.files.keys()].map(path => {
    const { size, digest } = claimed(hub, path)
    return { Type: 'blob', Path: path, Name: path.split('/').at(-1), Size: size, Sha256: digest }
  })
  return { Code: 200, Success: true, Data: { Files: [{ Type: 'tree', Path: 'unet', Size: 0, Sha256: '' }, ...Files] } }
}

function claimed(hub: FakeHub, path: string) {
  const bytes = hub.files.get(path) ?? Buffer.alloc(0)
  const claim = hub.claims.get(path)
  return { size: claim?.size ?? bytes.length, digest: claim?.sha256 ?? sha256(bytes) }
}

function sendFile(
  hub: FakeHub,
  stall: () => void,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const whole = hub.files.get(path)
  const fault = hub.faults.get(path)?.shift()
  const { range, authorization } = request.headers
  const note = (status: number) => hub.requests.push({ path, range, authorization, status })
  if (!whole || fault?.kind === 'status') {
    const status = fault?.kind === 'status' ? fault.status : 404
    note(status)
    if (fault?.kind === 'status' && fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter)
    response.writeHead(status).end('no')
    return
  }
  const etag = `"${sha256(whole).slice(0, 16)}"`
  const asked = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
  const condition = request.headers['if-range']
  const partial = asked > 0 && fault?.kind !== 'ignore-range' && (condition === undefined || condition === etag)
  if (partial && asked >= whole.length) {
    note(416)
    response.writeHead(416, { 'content-range': `bytes */${whole.length}` }).end()
    return
  }
  const start = partial ? (fault?.kind === 'wrong-part' ? 0 : asked) : 0
  let body = whole.subarray(start)
  if (fault?.kind === 'other-bytes') body = Buffer.alloc(body.length, 'x')
  if (fault?.kind === 'longer') body = Buffer.concat([body, body])
  note(partial ? 206 : 200)
  response.setHeader('etag', etag)
  if (partial) response.setHeader('content-range', `bytes ${start}-${whole.length - 1}/${whole.length}`)
  if (fault?.kind !== 'truncate' && fault?.kind !== 'longer') response.setHeader('content-length', body.length)
  response.statusCode = partial ? 206 : 200
  if (fault?.kind === 'cut') response.write(body.subarray(0, fault.after), () => response.destroy())
  else if (fault?.kind === 'stall') response.write(body.subarray(0, fault.after), stall)
  else response.end(fault?.kind === 'truncate' ? body.subarray(0, fault.after) : body)
}
