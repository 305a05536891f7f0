import { AppError, type MediaKind } from '@hearth/contract'
import { fetchGuarded } from '@hearth/fetch'
import { parseReference } from '@hearth/files'
import { decodePicture, inspectPicture, inspectVideo, sniffVideo } from '@hearth/media'
import { jobs, uploads } from '@hearth/store'
import type { ApiDeps } from '../deps.ts'

/** Seconds to fetch a picture from an address. */
const fetchTimeout = 30
const dataUrl = /^data:([\w.+-]+\/[\w.+-]+)?(;[\w.+-]+=[^;,]*)*;base64,/

/** Text or file that stands for a picture, as a client sent it. */
export type Media = string | File | Uint8Array

/** What is known of stored bytes. */
export interface StoredUpload {
  id: string
  mime: string
  bytes: number
  sha256: string
  width: number | null
  height: number | null
}

/**
 * Makes a reference (`upload:<id>` or `output:<job>/<name>`) of whatever stands for a picture: bytes, a data URL, an
 * https URL, or a reference to something of this owner.
 * @throws AppError naming what is wrong with it; nothing is stored then.
 */
export async function toReference(deps: ApiDeps, owner: string, kind: MediaKind, media: Media): Promise<string> {
  if (typeof media === 'string' && /^(upload|output):/.test(media)) return ownReference(deps, owner, kind, media)
  const bytes = await toBytes(deps, media)
  const { id } = await storeMedia(deps, owner, kind, bytes)
  return `upload:${id}`
}

/** The bytes themselves. @throws AppError. */
export async function toBytes(deps: ApiDeps, media: Media): Promise<Uint8Array> {
  if (media instanceof Uint8Array) return media
  if (typeof media !== 'string') return new Uint8Array(await media.arrayBuffer())
  if (media.startsWith('data:')) return decodeDataUrl(media)
  if (/^https?:\/\//i.test(media)) return fetchMedia(deps, media)
  throw new AppError('invalid-input', 'expected a data URL, an https URL, upload:<id> or output:<job>/<name>', {
    hint: 'Upload the file to POST /api/v1/uploads first, or send it as a part of a form.',
  })
}

/** Checks bytes by their content and keeps them. @throws AppError `unsupported-media`, `too-large`, `invalid-input`. */
export async function storeMedia(
  deps: ApiDeps,
  owner: string,
  kind: MediaKind,
  bytes: Uint8Array,
): Promise<StoredUpload> {
  if (kind === 'audio') throw new AppError('unsupported-media', 'audio files are not taken yet')
  const most = kind === 'video' ? deps.config.maxVideo : deps.config.maxUpload
  if (bytes.byteLength > most) {
    throw new AppError('too-large', `the file has ${bytes.byteLength} bytes, more than ${most}`, {
      hint: `Send a smaller one, or raise ${kind === 'video' ? 'HEARTH_MAX_VIDEO_MB' : 'HEARTH_MAX_UPLOAD_MB'}.`,
    })
  }
  const seen = kind === 'image' ? await checkPicture(deps, bytes) : undefined
  if (kind === 'video') sniffVideo(bytes)
  const stored = await deps.files.storeUpload(bytes)
  try {
    // ffmpeg reads files, not bytes: a video is looked at where it lies, and removed again if it is none.
    const { mime, width, height } = seen ?? (await inspectVideo(deps.files.uploadPath(stored.id)))
    await uploads.create(deps.store, { ...stored, owner, mime, width, height })
    return { ...stored, mime, width, height }
  } catch (error) {
    await deps.files.removeUpload(stored.id)
    throw error
  }
}

async function checkPicture({ config: { maxPixels } }: ApiDeps, bytes: Uint8Array) {
  const info = await inspectPicture(bytes, { maxPixels })
  await requireWhole(bytes, maxPixels)
  return info
}

/** Pictures decoded at the same time, so that many large ones do not take the memory of this process. */
let decoding: Promise<unknown> = Promise.resolve()

/** A header says nothing of a file that was cut off: it is decoded once before a job is made of it. */
async function requireWhole(bytes: Uint8Array, maxPixels: number): Promise<void> {
  const mine = decoding.then(() => decodePicture(bytes, { maxPixels }))
  decoding = mine.catch(() => undefined)
  await mine
}

function decodeDataUrl(text: string): Uint8Array {
  const head = dataUrl.exec(text)?.[0]
  const body = head === undefined ? '' : text.slice(head.length)
  const bytes = Buffer.from(body, 'base64')
  if (head === undefined || bytes.byteLength === 0 || /[^A-Za-z0-9+/=_\-\s]/.test(body)) {
    throw new AppError('invalid-input', 'the data URL cannot be read', {
      hint: 'It looks like data:image/png;base64, and the file in base64.',
    })
  }
  return new Uint8Array(bytes)
}

async function fetchMedia(deps: ApiDeps, url: string): Promise<Uint8Array> {
  if (!deps.config.fetch) {
    throw new AppError('invalid-input', 'this server fetches no addresses', { hint: 'Send the file itself.' })
  }
  const { bytes } = await fetchGuarded(url, { maxBytes: deps.config.maxUpload, timeout: fetchTimeout })
  return bytes
}

async function ownReference(deps: ApiDeps, owner: string, kind: MediaKind, reference: string): Promise<string> {
  const parsed = parseReference(reference)
  const mime = 'upload' in parsed ? await uploadMime(deps, owner, parsed.upload) : await outputMime(deps, owner, parsed)
  if (mime === undefined) {
    const what = 'upload' in parsed ? `upload ${parsed.upload.slice(0, 80)}` : `output ${reference.slice(7, 200)}`
    throw new AppError('not-found', `there is no ${what}`)
  }
  if (mime.startsWith(`${kind}/`)) return reference
  throw new AppError('unsupported-media', `${reference.slice(0, 200)} is ${mime}; wanted here: ${kind}`)
}

async function uploadMime(deps: ApiDeps, owner: string, id: string): Promise<string | undefined> {
  return (await uploads.get(deps.store, { id, owner }))?.mime
}

async function outputMime(deps: ApiDeps, owner: string, { job, name }: { job: string; name: string }) {
  const row = await jobs.get(deps.store, { id: job, owner })
  return row?.outputs.find(file => file.name === name)?.mime
}
