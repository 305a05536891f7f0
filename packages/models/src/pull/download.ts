import { rm } from 'node:fs/promises'
import { AppError } from '@hearth/contract'
import { causeText, type TrustedResponse } from '@hearth/fetch'
import type { Pull } from './context.ts'
import { type HashName, PartialFile } from './partial-file.ts'
import { pause, readRetryAfter } from './pause.ts'

export interface Target {
  url: string
  headers: Record<string, string>
  /** For messages. */
  name: string
  /** Undefined where the host does not say in advance. */
  bytes: number | undefined
  digest: { algorithm: HashName; hex: string } | undefined
  /** The most that is taken where `bytes` is not known. */
  maxBytes: number
  /** What to do about a refusal, by status. */
  hint(status: number): string
}

/** Where a file is put together. */
export interface Place {
  file: string
  /** Holds the etag of what is in `file`. */
  etag: string
}

export interface Downloaded {
  bytes: number
  /** In hex, by the target's algorithm or sha256. */
  digest: string
}

/**
 * Fetches one file, continuing what an earlier attempt left in its place, and checks its length and digest.
 * Breaks, 429 and 5xx are tried again for as long as bytes keep coming.
 * @param received is told how many bytes of the file there are.
 * @throws AppError `unavailable` when the source is given up, `model-broken` when its file is not what was promised.
 */
export async function download(
  target: Target,
  place: Place,
  pull: Pull,
  received: (bytes: number) => void,
): Promise<Downloaded> {
  return PartialFile.use(place, target.digest?.algorithm ?? 'sha256', pull.signal, async file => {
    await dropUnknown(file, target)
    return complete(file, target, pull, received)
  })
}

async function complete(
  file: PartialFile,
  target: Target,
  pull: Pull,
  received: (bytes: number) => void,
): Promise<Downloaded> {
  let failures = 0
  let mismatches = 0
  for (;;) {
    const before = file.bytes
    received(before)
    try {
      if (file.bytes === 0 || file.bytes !== target.bytes) await fetchRest(target, file, pull, received)
      return await finish(target, file)
    } catch (error) {
      pull.signal.throwIfAborted()
      const failure = asFailure(target, error)
      if (failure.code === 'model-broken') {
        mismatches += 1
        await file.restart()
        if (mismatches > 1) throw failure
        pull.log('warn', `${failure.message}; trying once more from the start`)
        continue
      }
      if (!failure.retryable) throw failure
      failures = file.bytes > before ? 1 : failures + 1
      if (failures >= pull.context.attempts) throw failure
      await pause(failure, failures, pull)
    }
  }
}

/** Removes what is kept of a file that no longer counts. */
export async function forget(place: Place): Promise<void> {
  await rm(place.file, { force: true })
  await rm(place.etag, { force: true })
}

/** What an earlier attempt left is kept only where it can be told in the end whether it belongs to the same file. */
async function dropUnknown(file: PartialFile, target: Target): Promise<void> {
  const tooLong = target.bytes !== undefined && file.bytes > target.bytes
  // Without a digest, only the host can tell (by the etag) whether its file is still the one that was begun.
  const cannotTell = target.digest === undefined && (file.etag === undefined || file.bytes === target.bytes)
  if (file.bytes > 0 && (tooLong || cannotTell)) await file.restart()
}

async function fetchRest(
  target: Target,
  file: PartialFile,
  pull: Pull,
  received: (bytes: number) => void,
): Promise<void> {
  const headers = { ...target.headers }
  if (file.bytes > 0) {
    headers.range = `bytes=${file.bytes}-`
    if (file.etag !== undefined) headers['if-range'] = file.etag
  }
  const response = await pull.context.fetch(target.url, { headers, signal: pull.signal })
  try {
    await startAt(target, file, response)
    const limit = target.bytes ?? target.maxBytes
    for await (const piece of response.body) {
      if (file.bytes + piece.length > limit) {
        throw new AppError('model-broken', `${target.name} is longer than the ${limit} bytes that were announced`)
      }
      await file.write(piece)
      received(file.bytes)
    }
  } finally {
    response.body.on('error', ignoreLateError).destroy()
  }
  if (target.bytes !== undefined && file.bytes < target.bytes) {
    throw new AppError('unavailable', `${target.name} broke off at ${file.bytes} of ${target.bytes} bytes`)
  }
}

/** Makes the file end where the answer begins. @throws AppError for an answer that holds no part of the file. */
async function startAt(target: Target, file: PartialFile, response: TrustedResponse): Promise<void> {
  const { status, headers } = response
  if (status === 206) {
    const start = Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1])
    if (start === file.bytes) return
    await file.restart()
    throw new AppError('unavailable', `${target.name}: the host sent another part than was asked for`)
  }
  if (status === 416 && file.bytes > 0) {
    await file.restart()
    throw new AppError('unavailable', `${target.name}: the host's file is shorter than what was fetched of it`)
  }
  if (status !== 200) throw refusal(target, response)
  // The host ignores ranges, or its file has changed: everything comes anew.
  if (file.bytes > 0) await file.restart()
  // A weak etag does not promise the same bytes.
  const etag = headers.etag
  await file.setEtag(etag?.startsWith('"') ? etag : undefined)
}

function refusal(target: Target, { status, headers }: TrustedResponse): AppError {
  const passing = status === 408 || status === 429 || status >= 500
  const after = readRetryAfter(headers['retry-after'])
  return new AppError('unavailable', `${target.name}: ${new URL(target.url).host} answered with status ${status}`, {
    hint: target.hint(status),
    retryable: passing,
    ...(after === undefined ? {} : { retryAfter: after }),
  })
}

async function finish(target: Target, file: PartialFile): Promise<Downloaded> {
  const digest = file.digest()
  if (target.digest && target.digest.hex !== digest) {
    const { algorithm, hex } = target.digest
    throw new AppError('model-broken', `${target.name} has the ${algorithm} ${digest} instead of ${hex}`, {
      hint: 'The source does not hold the file that the catalogue names. Try a mirror, or report it.',
    })
  }
  await file.sync()
  return { bytes: file.bytes, digest }
}

/** Errors of writing are made where they happen; whatever else is thrown comes from the connection. */
function asFailure(target: Target, error: unknown): AppError {
  if (error instanceof AppError) return error
  return new AppError('unavailable', `${target.name} broke off: ${causeText(error)}`, { cause: error })
}

/** The connection is being closed on purpose; what it reports of that is of no interest. */
function ignoreLateError(): void {}
