import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { AppError } from '@hearth/contract'
import type { ApiContext } from './env.ts'

export interface SentFile {
  path: string
  mime: string
  /** With quotes. */
  etag: string
  /** Under which a browser keeps it. */
  name: string
}

/** Types that a browser may show; everything else is handed over as a download. */
const shown = /^(image\/(png|jpeg|webp|gif|avif)|video\/(mp4|webm)|audio\/(mpeg|wav|ogg|webm|flac)|text\/plain)$/

/** A file with ETag and Range. Whatever is in it cannot run: it is sandboxed and its type is not guessed at. */
export async function sendFile(c: ApiContext, file: SentFile): Promise<Response> {
  const size = await sizeOf(file.path)
  const attach = c.req.query('download') !== undefined || !shown.test(file.mime)
  const headers: Record<string, string> = {
    'content-type': file.mime.startsWith('text/') ? `${file.mime}; charset=utf-8` : file.mime,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'content-disposition': `${attach ? 'attachment' : 'inline'}; filename="${file.name}"`,
    'cache-control': 'private, max-age=31536000, immutable',
    'accept-ranges': 'bytes',
    etag: file.etag,
  }
  if (matches(c.req.header('if-none-match'), file.etag)) return new Response(null, { status: 304, headers })
  const condition = c.req.header('if-range')
  const asked = condition === undefined || condition === file.etag ? c.req.header('range') : undefined
  const range = parseRange(asked, size)
  if (range === 'unsatisfiable') {
    return new Response(null, { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } })
  }
  const { start, end } = range ?? { start: 0, end: size - 1 }
  headers['content-length'] = String(end - start + 1)
  if (range) headers['content-range'] = `bytes ${start}-${end}/${size}`
  const status = range ? 206 : 200
  if (c.req.method === 'HEAD' || size === 0) return new Response(null, { status, headers })
  const stream = Readable.toWeb(createReadStream(file.path, { start, end }))
  return new Response(stream as ReadableStream<Uint8Array>, { status, headers })
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (cause) {
    throw new AppError('not-found', 'the file is no longer there', { cause })
  }
}

function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some(tag => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag)
}

/** One range of bytes; undefined for none, several or one that is not understood: then the whole file is the answer. */
export function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (!match || (match[1] === '' && match[2] === '')) return undefined
  const [, first = '', last = ''] = match
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (start >= size) return 'unsatisfiable'
  return start > end ? undefined : { start, end }
}
