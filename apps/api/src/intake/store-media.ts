import { AppError, type MediaKind } from '@hearth/contract'
import { fetchGuarded } from '@hearth/fetch'
import { parseReference } from '@hearth/files'
import {
  decodePicture,
  findAudioFormat,
  findVideoFormat,
  hasMovingPicture,
  inspectAudio,
  inspectPicture,
  inspectVideo,
  sniffAudio,
  sniffVideo,
} from '@hearth/media'
import { jobs, uploads } from '@hearth/store'
import type { ApiDeps } from '../deps.ts'

/** Seconds to fetch a file from an address. */
const fetchTimeout = 30
const dataUrl = /^data:([\w.+-]+\/[\w.+-]+)?(;[\w.+-]+=[^;,]*)*;base64,/

/** Text or file that stands for a picture, a video or a sound, as a client sent it. */
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
 * Makes a reference (`upload:<id>` or `output:<job>/<name>`) of whatever stands for a picture, a video or a sound:
 * bytes, a data URL, an https URL, or a reference to something of this owner.
 * @throws AppError naming what is wrong with it; nothing is stored then.
 */
export async function toReference(deps: ApiDeps, owner: string, kind: MediaKind, media: Media): Promise<string> {
  if (typeof media === 'string' && /^(upload|output):/.test(media)) return ownReference(deps, owner, kind, media)
  const bytes = await toBytes(deps, media, mostBytes(deps, kind))
  const { id } = await storeMedia(deps, owner, kind, bytes)
  return `upload:${id}`
}

/** The bytes themselves; no more than `most` from an address. @throws AppError. */
export async function toBytes(deps: ApiDeps, media: Media, most = deps.config.maxUpload): Promise<Uint8Array> {
  if (media instanceof Uint8Array) return media
  if (typeof media !== 'string') return new Uint8Array(await media.arrayBuffer())
  if (media.startsWith('data:')) return decodeDataUrl(media)
  if (/^https?:\/\//i.test(media)) return fetchMedia(deps, media, most)
  throw new AppError('invalid-input', 'expected a data URL, an https URL, upload:<id> or output:<job>/<name>', {
    hint: 'Upload the file to POST /api/v1/uploads first, or send it as a part of a form.',
  })
}

function mostBytes({ config }: ApiDeps, kind: MediaKind): number {
  return kind === 'image' ? config.maxUpload : config.maxVideo
}

/** What a file is by its first bytes, where nothing says what it is for. */
function kindOf(bytes: Uint8Array): MediaKind {
  if (findVideoFormat(bytes) !== undefined) return 'video'
  return findAudioFormat(bytes) === undefined ? 'image' : 'audio'
}

/**
 * Checks bytes by their content and keeps them.
 * @param kind what is wanted; absent: whatever it is.
 * @throws AppError `unsupported-media`, `too-large`, `invalid-input`.
 */
export async function storeMedia(
  deps: ApiDeps,
  owner: string,
  kind: MediaKind | undefined,
  bytes: Uint8Array,
): Promise<StoredUpload> {
  const found = kind ?? kindOf(bytes)
  const most = mostBytes(deps, found)
  if (bytes.byteLength > most) {
    throw new AppError('too-large', `the file has ${bytes.byteLength} bytes, more than ${most}`, {
      hint: `Send a smaller one, or raise ${found === 'image' ? 'HEARTH_MAX_UPLOAD_MB' : 'HEARTH_MAX_VIDEO_MB'}.`,
    })
  }
  const seen = found === 'image' ? await checkPicture(deps, bytes) : undefined
  if (found === 'video') sniffVideo(bytes)
  if (found === 'audio') sniffAudio(bytes)
  const stored = await deps.files.storeUpload(bytes)
  try {
    // ffmpeg reads files, not bytes: it is looked at where it lies, and removed again if it is not what it should be.
    const { mime, width, height } = seen ?? (await inspectFile(deps.files.uploadPath(stored.id), found, kind))
    await uploads.create(deps.store, { ...stored, owner, mime, width, height })
    return { ...stored, mime, width, height }
  } catch (error) {
    await deps.files.removeUpload(stored.id)
    throw error
  }
}

/** Formats for videos are used for sound alone too: where either will do, the file's tracks tell. */
async function inspectFile(path: string, found: MediaKind, wanted: MediaKind | undefined) {
  const isSound = found === 'audio' || (wanted === undefined && !(await hasMovingPicture(path)))
  return isSound ? inspectAudio(path) : inspectVideo(path)
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
      hint: 'It looks like data:image/png;base64, or data:audio/wav;base64, and the file in base64.',
    })
  }
  return new Uint8Array(bytes)
}

async function fetchMedia(deps: ApiDeps, url: string, maxBytes: number): Promise<Uint8Array> {
  if (!deps.config.fetch) {
    throw new AppError('invalid-input', 'this server fetches no addresses', { hint: 'Send the file itself.' })
  }
  const { bytes } = await fetchGuarded(url, { maxBytes, timeout: fetchTimeout })
  return bytes
}

async function ownReference(deps: ApiDeps, owner: string, kind: MediaKind, reference: string): Promise<string> {
  const parsed = parseReference(reference)
  const mime = 'upload' in parsed ? await uploadMime(deps, owner, parsed.upload) : await outputMime(deps, owner, parsed)
  if (mime === undefined) {
    const what = 'upload' in parsed ? `upload ${parsed.upload.slice(0, 80)}` : `output ${reference.slice(7, 200)}`
    throw new AppError('not-found', `there is no ${what}`)
  }
  // A video is taken for its sound.
  if (mime.startsWith(`${kind}/`) || (kind === 'audio' && mime.startsWith('video/'))) return reference
  throw new AppError('unsupported-media', `${reference.slice(0, 200)} is ${mime}; wanted here: ${kind}`)
}

async function uploadMime(deps: ApiDeps, owner: string, id: string): Promise<string | undefined> {
  return (await uploads.get(deps.store, { id, owner }))?.mime
}

async function outputMime(deps: ApiDeps, owner: string, { job, name }: { job: string; name: string }) {
  const row = await jobs.get(deps.store, { id: job, owner })
  return row?.outputs.find(file => file.name === name)?.mime
}
