import { AppError, type Source, toAppError } from '@hearth/contract'
import type { Pull } from '../pull/context.ts'
import type { Target } from '../pull/download.ts'
import { pause, readRetryAfter } from '../pull/pause.ts'

/** A file that a hub offers; paths are relative to the folder that the entry names. */
export interface RemoteFile {
  path: string
  url: string
  bytes: number | undefined
  sha256: string | undefined
}

/** What a source has: files one by one, one archive that holds them, or a folder of this machine. */
export type Offer =
  | { kind: 'files'; files: RemoteFile[]; headers: Record<string, string>; hint: Target['hint'] }
  | { kind: 'archive'; format: 'tar' | 'zip'; target: Target; folder: string }
  | { kind: 'folder'; dir: string }

/** Asks a source what it has. @throws AppError `unavailable` where it cannot be reached or does not have it. */
export type OpenSource<K extends Source['kind']> = (source: Source & { kind: K }, pull: Pull) => Promise<Offer>

/** The largest archive that is taken where the index does not tell its size. */
export const maxArchive = 64 * 2 ** 30
/** A list is small: a host that does not give it after a few questions is passed over for the next source. */
const maxQuestions = 3

/**
 * Fetches and parses a JSON answer, with the few retries that a busy host needs.
 * @throws AppError `unavailable`, not to be retried for 4xx; the hint says what to do about the status.
 */
export async function fetchJson(
  url: string,
  pull: Pull,
  options: { headers?: Record<string, string>; name: string; hint: Target['hint'] },
): Promise<{ json: unknown; headers: Record<string, string> }> {
  const { body, headers } = await fetchPage(url, pull, options)
  try {
    return { json: JSON.parse(body), headers }
  } catch (cause) {
    throw new AppError('unavailable', `${options.name}: ${new URL(url).host} did not answer with JSON`, {
      hint: 'Check the address of the host in the settings.',
      retryable: false,
      cause,
    })
  }
}

/** As `fetchJson`, for any text. */
export async function fetchPage(
  url: string,
  pull: Pull,
  options: { headers?: Record<string, string>; name: string; hint: Target['hint'] },
): Promise<{ body: string; headers: Record<string, string>; url: string }> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await askOnce(url, pull, options)
    } catch (error) {
      pull.signal.throwIfAborted()
      const failure = toAppError(error)
      if (!failure.retryable || failures >= Math.min(pull.context.attempts, maxQuestions)) throw failure
      await pause(failure, failures, pull)
    }
  }
}

async function askOnce(
  url: string,
  pull: Pull,
  options: { headers?: Record<string, string>; name: string; hint: Target['hint'] },
): Promise<{ body: string; headers: Record<string, string>; url: string }> {
  const response = await pull.context.fetch(url, { headers: options.headers ?? {}, signal: pull.signal })
  const body = await response.text()
  const { status, headers } = response
  if (status === 200) return { body, headers, url: response.url }
  const after = readRetryAfter(headers['retry-after'])
  throw new AppError('unavailable', `${options.name}: ${new URL(url).host} answered with status ${status}`, {
    hint: options.hint(status),
    retryable: status === 429 || status >= 500,
    ...(after === undefined ? {} : { retryAfter: after }),
  })
}

/** Credentials are for the host that they were set for. */
export function headersFor(url: string, origin: string, headers: Record<string, string>): Record<string, string> {
  return new URL(url).origin === new URL(origin).origin ? headers : {}
}

/** `https://name:secret@host/x` as an address without the secret and the header that carries it. */
export function splitCredentials(address: string): { url: string; headers: Record<string, string> } {
  const url = new URL(address)
  if (url.username === '' && url.password === '') return { url: address.replace(/\/+$/, ''), headers: {} }
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ''
  url.password = ''
  return {
    url: url.href.replace(/\/+$/, ''),
    headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
  }
}

/** `org/name` for use in an address. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}
