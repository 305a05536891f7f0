import { createHash } from 'node:crypto'
import { AppError } from '@hearth/contract'
import type { ApiContext } from './env.ts'

/** Bytes of JSON that carries no files. */
export const smallBody = 1 << 20

/** A form field: text, or a file with its bytes. */
export type FormValue = string | File

/** A body taken apart. `digest` is equal for equal requests, whatever boundary a form was sent with. */
export type Body =
  | { kind: 'json'; value: unknown; digest: string }
  | { kind: 'form'; fields: [string, FormValue][]; digest: string }

/**
 * Reads the whole body, counting: a length that is announced too large is refused before a byte is read.
 * @throws AppError `too-large`.
 */
export async function readBytes(c: ApiContext, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(c.req.header('content-length') ?? 0) > limit) throw tooLarge(limit)
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of c.req.raw.body ?? []) {
    length += piece.byteLength
    if (length > limit) throw tooLarge(limit)
    pieces.push(piece)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.byteLength
  }
  return whole
}

/** @throws AppError `unsupported-media` unless it is called JSON, `invalid-input` unless it is JSON. */
export async function readJson(c: ApiContext, limit = smallBody): Promise<unknown> {
  const type = mediaType(c)
  if (type !== 'application/json' && !type.endsWith('+json')) throw wrongType(type, 'application/json')
  return parseJson(await readBytes(c, limit))
}

/** JSON or a form, as its type says. */
export async function readBody(c: ApiContext, limit: number): Promise<Body> {
  const type = mediaType(c)
  if (type === 'application/json' || type.endsWith('+json')) {
    const bytes = await readBytes(c, limit)
    return { kind: 'json', value: parseJson(bytes), digest: sha256(bytes) }
  }
  if (type === 'multipart/form-data' || type === 'application/x-www-form-urlencoded') return readForm(c, limit)
  throw wrongType(type, 'application/json or multipart/form-data')
}

/** @throws AppError `unsupported-media` unless it is a form, `invalid-input` if it is broken. */
export async function readForm(c: ApiContext, limit: number): Promise<Extract<Body, { kind: 'form' }>> {
  const type = mediaType(c)
  if (type !== 'multipart/form-data' && type !== 'application/x-www-form-urlencoded') {
    throw wrongType(type, 'multipart/form-data')
  }
  const bytes = await readBytes(c, limit)
  let form: FormData
  try {
    const headers = { 'content-type': c.req.header('content-type') ?? '' }
    form = await new Response(bytes, { headers }).formData()
  } catch (cause) {
    throw new AppError('invalid-input', 'the form cannot be read', {
      hint: 'Let your client write the content-type: it carries the boundary.',
      cause,
    })
  }
  const fields = [...form.entries()]
  const hash = createHash('sha256')
  for (const [name, value] of fields) {
    hash.update(`${name}\n`)
    hash.update(typeof value === 'string' ? value : new Uint8Array(await value.arrayBuffer()))
    hash.update('\n')
  }
  return { kind: 'form', fields, digest: hash.digest('hex') }
}

function mediaType(c: ApiContext): string {
  return (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    const message = bytes.byteLength === 0 ? 'the body is empty' : 'the body is not valid JSON'
    throw new AppError('invalid-input', message, { hint: 'Send a JSON object in UTF-8.', cause })
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function wrongType(type: string, expected: string): AppError {
  const got = type === '' ? 'no content-type' : `the content-type ${type.slice(0, 100)}`
  return new AppError('unsupported-media', `this route takes ${expected}, the request has ${got}`, {
    hint: `Send content-type: ${expected.split(' or ')[0]}.`,
  })
}

function tooLarge(limit: number): AppError {
  return new AppError('too-large', `the body is larger than ${limit} bytes`, { hint: 'Send a smaller one.' })
}
