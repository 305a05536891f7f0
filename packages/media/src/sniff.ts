import { AppError } from '@hearth/contract'

export type PictureFormat = 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff' | 'avif'

const mimes: Record<PictureFormat, string> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  tiff: 'image/tiff',
  avif: 'image/avif',
}

const magic: readonly [PictureFormat, number, string][] = [
  ['png', 0, '\x89PNG\r\n\x1a\n'],
  ['jpeg', 0, '\xff\xd8\xff'],
  ['gif', 0, 'GIF8'],
  ['webp', 8, 'WEBP'],
  ['tiff', 0, 'II*\0'],
  ['tiff', 0, 'MM\0*'],
  ['avif', 4, 'ftypavif'],
  ['avif', 4, 'ftypavis'],
]

/**
 * The format of a picture by its first bytes. Everything else (SVG, PDF, ...) is `unsupported-media`: such files are
 * refused before a decoder sees them.
 */
export function sniff(bytes: Uint8Array): PictureFormat {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 16)).toString('latin1')
  const found = magic.find(([, at, text]) => head.startsWith(text, at))
  if (!found) {
    throw new AppError('unsupported-media', 'this file is not a picture that can be read', {
      hint: 'Send a PNG, JPEG, WebP, GIF, TIFF or AVIF file.',
    })
  }
  return found[0]
}

export function mimeOf(format: PictureFormat): string {
  return mimes[format]
}
