import { AppError } from '@hearth/contract'

/** Kinds of video files that are taken. */
export type VideoFormat = 'mp4' | 'mov' | 'webm' | 'mkv' | 'avi'

const mimes: Record<VideoFormat, string> = {
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mkv: 'video/x-matroska',
  avi: 'video/x-msvideo',
}

/** ffmpeg's name of what reads them. Always given, so that no playlist inside a file can choose another. */
const demuxers: Record<VideoFormat, string> = { mp4: 'mov', mov: 'mov', webm: 'matroska', mkv: 'matroska', avi: 'avi' }

/** Top-level atoms with which QuickTime files begin that have no `ftyp`. */
const quickTimeAtoms = ['moov', 'mdat', 'wide', 'free', 'skip', 'pnot']
/** Brands of `ftyp` that are pictures or sound. */
const otherBrands = /^(avif|avis|heic|heix|heim|heis|hevc|hevx|mif1|msf1|M4A |M4B |crx )/

/** Bytes from the start of a file that `sniffVideo` wants to see. */
export const sniffedBytes = 4096

/** The format of a video by its first bytes; undefined for anything else, playlists included. */
export function findVideoFormat(bytes: Uint8Array): VideoFormat | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, sniffedBytes)).toString('latin1')
  const atom = head.slice(4, 8)
  if (atom === 'ftyp') {
    const brand = head.slice(8, 12)
    if (otherBrands.test(brand)) return undefined
    return brand === 'qt  ' ? 'mov' : 'mp4'
  }
  if (quickTimeAtoms.includes(atom)) return 'mov'
  if (head.startsWith('\x1a\x45\xdf\xa3')) return head.includes('webm') ? 'webm' : 'mkv'
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'AVI ') return 'avi'
  return undefined
}

/** As `findVideoFormat`. @throws AppError `unsupported-media`. */
export function sniffVideo(bytes: Uint8Array): VideoFormat {
  const found = findVideoFormat(bytes)
  if (found) return found
  throw new AppError('unsupported-media', 'this file is not a video that can be read', {
    hint: 'Send an MP4, WebM, MOV, MKV or AVI file.',
  })
}

export function videoMime(format: VideoFormat): string {
  return mimes[format]
}

export function demuxerOf(format: VideoFormat): string {
  return demuxers[format]
}
