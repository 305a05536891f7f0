import type { Readable } from 'node:stream'
import { AppError } from '@hearth/contract'
import { EnvHttpProxyAgent, request } from 'undici'
import { causeText, connectOptions } from './connect.ts'

export interface TrustedOptions {
  method?: 'GET' | 'HEAD' | 'POST'
  headers?: Record<string, string>
  body?: string
  signal?: AbortSignal
  /** Seconds until the answer begins, and the longest pause within it. There is no limit on the whole. */
  timeout?: number
}

export interface TrustedResponse {
  /** After redirects. */
  url: string
  status: number
  /** By lower-case name; several values are joined by a comma. */
  headers: Record<string, string>
  /** Must be read to its end or destroyed. */
  body: Readable
  /** The rest as text. @throws AppError `unavailable` when it breaks off or is larger than 32 MiB. */
  text(): Promise<string>
}

const maxRedirects = 10
const maxText = 32 * 2 ** 20
const redirects = new Set([301, 302, 303, 307, 308])
/** Headers that are for one origin alone. */
const secret = new Set(['authorization', 'cookie', 'proxy-authorization'])

let agent: EnvHttpProxyAgent | undefined

/**
 * Fetches from a host that the owner has set (a hub, a registry, an index), through the proxy of the environment if
 * there is one. Follows redirects, keeps credentials to the first origin, and gives every status back to the caller.
 * @throws AppError `unavailable` when no answer comes; the signal's reason after an abort.
 */
export async function fetchTrusted(address: string, options: TrustedOptions = {}): Promise<TrustedResponse> {
  agent ??= makeAgent()
  const timeout = (options.timeout ?? 30) * 1000
  let url = new URL(address)
  let headers = { 'user-agent': 'hearth', 'accept-encoding': 'identity', ...options.headers }
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    let response: Awaited<ReturnType<typeof request>>
    try {
      response = await request(url, {
        dispatcher: agent,
        method: options.method ?? 'GET',
        headers,
        headersTimeout: timeout,
        bodyTimeout: timeout,
        ...(options.body === undefined ? {} : { body: options.body }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      })
    } catch (error) {
      throw explain(error, url, options.signal)
    }
    const { statusCode: status, body } = response
    const location = response.headers.location
    if (redirects.has(status) && typeof location === 'string') {
      // The body of a redirect is of no use; its connection is given up rather than read to the end.
      body.on('error', () => {}).destroy()
      const next = redirectTarget(url, location)
      if (next.origin !== url.origin) headers = withoutSecrets(headers)
      url = next
      continue
    }
    const answer = new URL(url)
    return {
      url: answer.href,
      status,
      headers: flatten(response.headers),
      body,
      text: () => readText(body, answer, options.signal),
    }
  }
  throw unavailable(url, `redirects more than ${maxRedirects} times`)
}

function makeAgent(): EnvHttpProxyAgent {
  const tls = connectOptions()
  return new EnvHttpProxyAgent({ connect: tls, requestTls: tls, proxyTls: tls })
}

function redirectTarget(url: URL, location: string): URL {
  const next = URL.parse(location, url)
  if (!next || !['http:', 'https:'].includes(next.protocol)) throw unavailable(url, `redirects to ${location}`)
  if (url.protocol === 'https:' && next.protocol === 'http:') {
    throw unavailable(url, `redirects from https to plain http (${next.host})`)
  }
  return next
}

function withoutSecrets<T extends Record<string, string>>(headers: T): T {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !secret.has(name.toLowerCase()))) as T
}

async function readText(body: Readable, url: URL, signal: AbortSignal | undefined): Promise<string> {
  const pieces: Buffer[] = []
  let bytes = 0
  try {
    for await (const piece of body) {
      bytes += piece.length
      if (bytes > maxText) throw unavailable(url, `answers with more than ${maxText} bytes`)
      pieces.push(piece)
    }
  } catch (error) {
    throw explain(error, url, signal)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function explain(error: unknown, url: URL, signal: AbortSignal | undefined): unknown {
  if (error instanceof AppError) return error
  if (signal?.aborted) return signal.reason
  return unavailable(url, `cannot be reached: ${causeText(error)}`, error)
}

function unavailable(url: URL, what: string, cause?: unknown): AppError {
  return new AppError('unavailable', `${url.host} ${what}`, {
    hint: 'Check the network, the proxy settings and the address of the host in the settings.',
    ...(cause === undefined ? {} : { cause }),
  })
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(', ') : value]],
    ),
  )
}
