import { AppError } from '@hearth/contract'
import { demuxerOf, findVideoFormat, sniffedBytes, type VideoFormat, videoMime } from '../video/sniff-video.ts'

/** Kinds of files that sound is taken from; videos are among them. */
export type SoundFormat = VideoFormat | 'wav' | 'mp3' | 'ogg' | 'flac' | 'aac' | 'm4a' | 'aiff' | 'amr' | 'caf' | 'wma'

type OnlySound = Exclude<SoundFormat, VideoFormat>

const mimes: Record<OnlySound, string> = {
  wav: 'audio/wav',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  flac: 'audio/flac',
  aac: 'audio/aac',
  m4a: 'audio/mp4',
  aiff: 'audio/aiff',
  amr: 'audio/amr',
  caf: 'audio/x-caf',
  wma: 'audio/x-ms-wma',
}

/** How files are called that might hold a picture and hold none. */
const mimesWithoutPicture: Record<VideoFormat, string> = {
  mp4: 'audio/mp4',
  mov: 'audio/mp4',
  webm: 'audio/webm',
  mkv: 'audio/x-matroska',
  avi: 'audio/x-msvideo',
}

/** ffmpeg's names of what reads them, where they differ. */
const demuxers: Partial<Record<OnlySound, string>> = { m4a: 'mov', wma: 'asf' }

const starts: readonly [OnlySound, RegExp][] = [
  ['wav', /^(RIFF|RF64).{4}WAVE/s],
  ['ogg', /^OggS\0/],
  ['flac', /^fLaC/],
  ['aiff', /^FORM.{4}AIF[FC]/s],
  ['amr', /^#!AMR(-WB)?\n/],
  ['caf', /^caff/],
  ['wma', /^0&\xb2u\x8ef\xcf/],
  ['m4a', /^.{4}ftypM4[AB] /s],
]

/** Bytes of the tag that stands before many MP3 files; 0 where there is none. */
export function tagLength(bytes: Uint8Array): number {
  if (bytes.length < 10 || Buffer.from(bytes.subarray(0, 3)).toString('latin1') !== 'ID3') return 0
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(6, 10)
  return 10 + (((a & 127) << 21) | ((b & 127) << 14) | ((c & 127) << 7) | (d & 127))
}

/** The format of a sound by its first bytes; undefined for anything else, playlists included. */
export function findAudioFormat(bytes: Uint8Array): SoundFormat | undefined {
  const tag = tagLength(bytes)
  // A picture of the record may make the tag longer than what was read of the file.
  if (tag > 0) return (bytes.length > tag ? findAudioFormat(bytes.subarray(tag)) : undefined) ?? 'mp3'
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, sniffedBytes)).toString('latin1')
  return starts.find(([, start]) => start.test(head))?.[0] ?? frameFormat(bytes) ?? findVideoFormat(bytes)
}

/** MP3 and raw AAC have no head of the file, only one of each frame: twelve ones, then what must make sense. */
function frameFormat([first = 0, second = 0, third = 0]: Uint8Array): 'mp3' | 'aac' | undefined {
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return undefined
  const [version, layer, bitRate, sampleRate] = [(second >> 3) & 3, (second >> 1) & 3, third >> 4, (third >> 2) & 3]
  if (layer === 0) return (second & 0xf6) === 0xf0 && ((third >> 2) & 15) < 13 ? 'aac' : undefined
  // Layer I is long gone, and text in 16 bits looks like it.
  return layer !== 3 && version !== 1 && bitRate !== 15 && sampleRate !== 3 ? 'mp3' : undefined
}

/** As `findAudioFormat`. @throws AppError `unsupported-media`. */
export function sniffAudio(bytes: Uint8Array): SoundFormat {
  const found = findAudioFormat(bytes)
  if (found) return found
  const what = bytes.length === 0 ? 'the file is empty' : 'this file is not a sound that can be read'
  throw new AppError('unsupported-media', what, { hint: soundHint })
}
export const soundHint = 'Send a WAV, MP3, M4A, FLAC, Ogg, AAC or WebM file, or a video with sound.'

export function soundMime(format: SoundFormat, picture: boolean): string {
  if (!isVideo(format)) return mimes[format]
  return picture ? videoMime(format) : mimesWithoutPicture[format]
}

export function soundDemuxer(format: SoundFormat): string {
  return isVideo(format) ? demuxerOf(format) : (demuxers[format] ?? format)
}

function isVideo(format: SoundFormat): format is VideoFormat {
  return Object.hasOwn(mimesWithoutPicture, format)
}
