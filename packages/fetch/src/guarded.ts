import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { AppError } from '@hearth/contract'
import { Agent, type Dispatcher, request } from 'undici'
import { refuseAddress } from './address.ts'
import { causeText, connectOptions } from './connect.ts'

export interface GuardedOptions {
  /** Larger answers are refused, whatever length they announce. */
  maxBytes: number
  /** Seconds for everything together: names, redirects and the whole body. */
  timeout: number
  /** `any` drops the rule on addresses and lets plain http through; for addresses that the owner has set. */
  allow?: 'public' | 'any'
  /** Lets plain http through to public addresses. */
  http?: boolean
  /** Sent to the first host only: they are dropped when a redirect leads to another origin. */
  headers?: Record<string, string>
  /** Posted instead of asking with GET. Then a redirect is a refusal: a body goes to the address that was named. */
  body?: string
  signal?: AbortSignal
}

export interface GuardedResponse {
  /** After redirects. */
  url: string
  /** Without parameters, in lower case; empty if none was given. */
  mime: string
  headers: Record<string, string | string[] | undefined>
  bytes: Uint8Array
}

export interface Guard {
  /** All addresses of a name. */
  resolve(name: string): Promise<{ address: string; family: number }[]>
  /** Why an address is refused. */
  refuse(address: string): string | undefined
}

const usual: Guard = { resolve: name => lookup(name, { all: true, verbatim: true }), refuse: refuseAddress }

const maxRedirects = 5
const redirects = new Set([301, 302, 303, 307, 308])

/**
 * Fetches an address that a client has named. Only public hosts are reached: the name is resolved once, every address
 * checked, and the connection made to what was checked, again for each redirect. No proxy is used, since a proxy would
 * resolve the name again.
 * @throws AppError `invalid-input` for an address that is refused or does not answer properly, `too-large`.
 */
export const fetchGuarded = createGuardedFetch(usual)

/** `fetchGuarded` over another resolver and rule. */
export function createGuardedFetch(guard: Guard) {
  return async function fetchGuarded(address: string, options: GuardedOptions): Promise<GuardedResponse> {
    const deadline = AbortSignal.timeout(options.timeout * 1000)
    const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline
    let url = parseAddress(address, options)
    let headers = options.headers ?? {}
    try {
      for (let hop = 0; hop <= maxRedirects; hop += 1) {
        const pinned = await untilAborted(pin(url, guard, options), signal)
        const agent = new Agent({ connect: { ...connectOptions(), ...pinned }, maxResponseSize: options.maxBytes })
        try {
          const response = await request(url, {
            dispatcher: agent,
            signal,
            ...(options.body === undefined ? {} : { method: 'POST', body: options.body }),
            headers: { 'accept-encoding': 'identity', 'user-agent': 'hearth', ...headers },
          })
          if (!redirects.has(response.statusCode) || options.body !== undefined)
            return await readAnswer(url, response, options.maxBytes)
          const next = parseAddress(redirectTarget(url, response), options)
          if (next.origin !== url.origin) headers = {}
          url = next
        } finally {
          await agent.destroy()
        }
      }
    } catch (error) {
      throw explain(error, url, options, deadline)
    }
    throw refusal(`${shown(url)} redirects more than ${maxRedirects} times`)
  }
}

/**
 * Whether an address that is used later would be refused then, as far as can be told now: it is looked up, not asked.
 * @throws AppError `invalid-input`.
 */
export async function checkGuarded(
  address: string,
  options: Pick<GuardedOptions, 'timeout' | 'allow' | 'http'>,
): Promise<void> {
  const url = parseAddress(address, options)
  const deadline = AbortSignal.timeout(options.timeout * 1000)
  try {
    await untilAborted(pin(url, usual, options), deadline)
  } catch (error) {
    throw explain(error, url, { ...options, maxBytes: 0 }, deadline)
  }
}

type Rule = Pick<GuardedOptions, 'allow' | 'http'>

function parseAddress(text: string, options: Rule): URL {
  const url = URL.parse(text)
  if (!url) throw refusal(`${text.slice(0, 200)} is not an address`)
  const http = options.http === true || options.allow === 'any'
  if (url.protocol !== 'https:' && !(http && url.protocol === 'http:')) {
    throw refusal(`${shown(url)}: only ${http ? 'http and https' : 'https'} addresses are fetched`)
  }
  if (url.username !== '' || url.password !== '') {
    throw refusal(`${url.protocol}//${url.host}: an address with a user name or password is not fetched`)
  }
  return url
}

/** What makes the connection go to the addresses that were checked, and to no other. */
async function pin(url: URL, guard: Guard, options: Rule) {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const literal = isIP(host)
  let addresses: { address: string; family: number }[]
  try {
    addresses = literal === 0 ? await guard.resolve(host) : [{ address: host, family: literal }]
  } catch (cause) {
    throw notPublic(url, cause)
  }
  if (options.allow !== 'any') {
    for (const { address } of addresses) {
      const reason = guard.refuse(address)
      if (reason !== undefined) throw notPublic(url, new Error(`${address}: ${reason}`))
    }
  }
  const first = addresses[0]
  if (!first) throw notPublic(url, new Error('no address'))
  return {
    lookup: (
      _name: string,
      lookupOptions: { all?: boolean },
      done: (error: Error | null, address: string | typeof addresses, family?: number) => void,
    ) => (lookupOptions.all ? done(null, addresses) : done(null, first.address, first.family)),
  }
}

async function readAnswer(url: URL, response: Dispatcher.ResponseData, maxBytes: number): Promise<GuardedResponse> {
  const { statusCode, headers, body } = response
  if (statusCode < 200 || statusCode > 299) throw refusal(`${shown(url)} answered with status ${statusCode}`)
  const announced = Number(headers['content-length'])
  if (announced > maxBytes) throw tooLarge(url, maxBytes)
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body) {
    bytes += piece.length
    if (bytes > maxBytes) throw tooLarge(url, maxBytes)
    pieces.push(piece)
  }
  const type = headers['content-type']
  const mime = typeof type === 'string' ? (type.split(';')[0] ?? '').trim().toLowerCase() : ''
  return { url: url.href, mime, headers, bytes: Buffer.concat(pieces) }
}

function redirectTarget(url: URL, response: Dispatcher.ResponseData): string {
  const location = response.headers.location
  const target = typeof location === 'string' ? URL.parse(location, url) : null
  if (!target) throw refusal(`${shown(url)} redirects to nowhere`)
  return target.href
}

function explain(error: unknown, url: URL, options: GuardedOptions, deadline: AbortSignal): unknown {
  if (error instanceof AppError) return error
  if (options.signal?.aborted) return options.signal.reason
  if (deadline.aborted) return refusal(`${shown(url)} did not answer in full within ${options.timeout} s`, error)
  if (error instanceof Error && 'code' in error && error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return tooLarge(url, options.maxBytes)
  }
  return refusal(`${shown(url)} cannot be fetched: ${causeText(error)}`, error)
}

/** Does not tell a private name from one that does not exist; the cause, which does, stays on this side. */
function notPublic(url: URL, cause: unknown): AppError {
  return refusal(`${shown(url)} does not lead to a public host`, cause)
}

function refusal(message: string, cause?: unknown): AppError {
  return new AppError('invalid-input', message, {
    hint: 'Use a public https address, or send the file itself.',
    ...(cause === undefined ? {} : { cause }),
  })
}

function tooLarge(url: URL, maxBytes: number): AppError {
  return new AppError('too-large', `${shown(url)} is larger than ${maxBytes} bytes`, { hint: 'Use a smaller file.' })
}

/** An address without its query, which may hold secrets. */
function shown(url: URL): string {
  return `${url.origin}${url.pathname}`.slice(0, 200)
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort))
}
