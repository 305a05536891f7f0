import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Hono } from 'hono'
import { getMimeType } from 'hono/utils/mime'
import type { ApiContext, Env } from '../http/env.ts'
import { encodeBody, encodingFor } from './encode-body.ts'
import type { StudioFile } from './read-studio.ts'

const pageHeaders = {
  'cache-control': 'no-cache',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(self), geolocation=()',
}

const notBuilt = `<!doctype html><title>Hearth</title><p>The studio has not been built. Run <code>npm start</code>.</p>`

/** The studio's pages: `/gallery` is `gallery.html`. What is not there is a 404 page that nobody keeps. */
export function serveStudio(app: Hono<Env>, files: ReadonlyMap<string, StudioFile>): void {
  app.get('*', async (c, next) => {
    const address = addressOf(c.req.path)
    const found = address === undefined ? undefined : lookUp(files, address)
    if (found) return send(c, found, 200)
    if (/^\/(api|v1|_next|outputs|sdapi|socket\.io|ws)(\/|$)/.test(c.req.path)) return next()
    if (!(c.req.header('accept') ?? '').includes('text/html')) return next()
    const page = files.get('/404.html')
    if (page) return send(c, page, 404)
    return c.html(notBuilt, files.size === 0 && address === '/' ? 503 : 404, { 'cache-control': 'no-store' })
  })
}

function addressOf(path: string): string | undefined {
  try {
    const decoded = decodeURIComponent(path)
    return decoded.includes('\0') || decoded.split('/').includes('..') ? undefined : decoded
  } catch {
    // A broken escape names no file.
    return undefined
  }
}

function lookUp(files: ReadonlyMap<string, StudioFile>, address: string): StudioFile | undefined {
  const bare = address.replace(/\/+$/, '')
  return files.get(address) ?? files.get(`${bare}.html`) ?? files.get(`${bare}/index.html`)
}

async function send(c: ApiContext, file: StudioFile, status: 200 | 404): Promise<Response> {
  const bytes = new Uint8Array(await readFile(file.path))
  const version = createHash('sha256').update(bytes).digest('base64url').slice(0, 27)
  const encoding = encodingFor(file.path, bytes.length, c.req.header('accept-encoding'))
  const etag = encoding ? `"${version}-${encoding}"` : `"${version}"`
  const immutable = /[/\\]_next[/\\]static[/\\]/.test(file.path)
  const headers: Record<string, string> = {
    ...pageHeaders,
    ...(immutable ? { 'cache-control': 'public, max-age=31536000, immutable' } : {}),
    ...(status === 404 ? { 'cache-control': 'no-store' } : { etag }),
    ...(file.csp === undefined ? {} : { 'content-security-policy': file.csp }),
    'content-type': getMimeType(file.path) ?? 'application/octet-stream',
    vary: 'accept-encoding',
    ...(encoding ? { 'content-encoding': encoding } : {}),
  }
  if (status === 200 && c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers })
  const body = encoding ? await encodeBody(bytes, encoding, version) : bytes
  return new Response(body, { status, headers })
}
