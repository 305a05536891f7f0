import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { AppError } from '@hearth/contract'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { describeApi } from '../http/openapi.ts'
import { defineRoute, type Route } from '../http/route.ts'

const script = 'Scalar.createApiReference("#reference", JSON.parse(document.getElementById("settings").textContent))'
/** Nothing is fetched from, or told to, anybody else. */
const settings = {
  url: '/api/openapi.json',
  proxyUrl: '',
  telemetry: false,
  withDefaultFonts: false,
  hideClientButton: true,
  agent: { disabled: true },
  mcp: { disabled: true },
}
const page = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hearth API</title></head><body><div id="reference"></div>
<script id="settings" type="application/json">${JSON.stringify(settings)}</script>
<script src="/api/docs/scalar.js"></script><script>${script}</script></body></html>
`
const policy = [
  "default-src 'self'",
  `script-src 'self' 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The description of the interface, and a page to read it. */
export function docsRoutes(deps: ApiDeps, routes: readonly Route[]): Route[] {
  let described: object | undefined
  let bundle: Promise<Uint8Array<ArrayBuffer>> | undefined
  const describe = () => {
    described ??= describeApi([...routes, ...own], deps.tasks, deps.config.version)
    return described
  }
  const own: Route[] = [
    defineRoute({
      method: 'get',
      path: '/api/openapi.json',
      tag: 'Description',
      summary: 'This interface as OpenAPI 3.1',
      scope: 'any',
      rate: 'status',
      answers: { 200: { description: 'The document.', schema: z.record(z.string(), z.json()) } },
      handle: ({ c }) => c.json(describe()),
    }),
    defineRoute({
      method: 'get',
      path: '/api/docs',
      tag: 'Description',
      summary: 'A page to read and try it',
      scope: 'any',
      rate: 'status',
      answers: { 200: { description: 'The page.', mime: 'text/html' } },
      handle: ({ c }) =>
        c.html(page, 200, {
          'content-security-policy': policy,
          'cache-control': 'no-cache',
          'x-content-type-options': 'nosniff',
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/docs/scalar.js',
      tag: 'Description',
      summary: 'The program of that page',
      scope: 'any',
      rate: 'status',
      answers: { 200: { description: 'The program.', mime: 'text/javascript' } },
      async handle({ c }) {
        bundle ??= readBundle()
        const zipped = await bundle
        return c.body(zipped, 200, {
          'content-type': 'text/javascript; charset=utf-8',
          'content-encoding': 'gzip',
          'cache-control': 'private, max-age=86400',
          'x-content-type-options': 'nosniff',
        })
      },
    }),
  ]
  return own
}

/**
 * Scalar's program for browsers, packed. This package is the one that carries it whole, as a string in its source;
 * the one made for this framework links to a foreign host, and Scalar's own brings 280 MB of parts.
 */
async function readBundle(): Promise<Uint8Array<ArrayBuffer>> {
  const source = await readFile(fileURLToPath(import.meta.resolve('@scalar/fastify-api-reference')), 'utf8')
  const literal = /^var standalone_default = (".*");$/m.exec(source)?.[1]
  if (literal === undefined)
    throw new AppError('internal', 'the package of the API page has another form than expected')
  // A string in a program may hold control characters as they are, one in JSON may not.
  const json = literal.replace(/\p{Cc}/gu, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const text = String(JSON.parse(json)).replace(/\n?\/\/# sourceMappingURL=.*$/, '')
  return new Uint8Array(await promisify(gzip)(text))
}
