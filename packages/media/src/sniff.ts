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
  ['tiff', 0, 'II+\0'],
  ['tiff', 0, 'MM\0+'],
]

/** Other files that people send, by their first bytes, so that they are told what it is. */
const unread: readonly [name: string, at: number, start: string][] = [
  ['a compressed file (such as SVGZ)', 0, '\x1f\x8b'],
  ['a PDF document', 0, '%PDF'],
  ['a BMP picture', 0, 'BM'],
  ['an icon', 0, '\0\0\x01\0'],
  ['a JPEG XL picture', 0, '\xff\x0a'],
  ['a JPEG XL picture', 0, '\0\0\0\x0cJXL '],
  ['a JPEG 2000 picture', 0, '\0\0\0\x0cjP  '],
  ['a JPEG 2000 picture', 0, '\xff\x4f\xff\x51'],
  ['a Photoshop file', 0, '8BPS'],
  ['an OpenEXR picture', 0, '\x76\x2f\x31\x01'],
  ['a camera raw file', 4, 'ftypcrx '],
  ['a camera raw file', 0, 'FUJIFILMCCD-RAW'],
]

/** SVG, HTML and other text with angle brackets; a drawing is told from the rest by its element. */
const markup = /^[\xef\xbb\xbf\s]*<[!?a-z]/i
const drawing = /<svg[\s>]/i

/** Brands of the container that HEIC and AVIF share; `mif1` and `msf1` may be either, their further brands tell. */
const heic = /^(heic|heix|heim|heis|hevc|hevx|hevm|hevs|mif1|msf1)$/
const sniffed = 1024

/** Brands of an ISO media file, the major one first; none for anything else. */
function brandsOf(head: string): string[] {
  if (head.slice(4, 8) !== 'ftyp') return []
  const end = Math.min(Buffer.from(head.slice(0, 4), 'latin1').readUInt32BE(), head.length)
  const brands = [head.slice(8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.slice(at, at + 4))
  return brands
}

/**
 * The format of a picture by its first bytes. Everything else (SVG, PDF, HEIC ...) is `unsupported-media`: such files
 * are refused before a decoder sees them.
 */
export function sniff(bytes: Uint8Array): PictureFormat {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, sniffed)).toString('latin1')
  const found = magic.find(([, at, text]) => head.startsWith(text, at))
  if (found) return found[0]
  const brands = brandsOf(head)
  if (brands.includes('avif') || brands.includes('avis')) return 'avif'
  throw refusal(head, brands[0] ?? '')
}

function refusal(head: string, brand: string): AppError {
  if (head === '') return new AppError('unsupported-media', 'the file is empty', { hint: 'Choose the file again.' })
  if (heic.test(brand)) {
    return new AppError('unsupported-media', 'this is a HEIC picture, for which there is no decoder here', {
      hint: 'Save it as JPEG first; iPhones take JPEG with Settings, Camera, Formats, Most Compatible.',
    })
  }
  const name = nameOf(head)
  const what =
    name === undefined ? 'this file is not a picture that can be read' : `this is ${name}, which is not taken`
  return new AppError('unsupported-media', what, { hint: 'Send a PNG, JPEG, WebP, GIF, TIFF or AVIF file.' })
}

function nameOf(head: string): string | undefined {
  if (markup.test(head)) return drawing.test(head) ? 'an SVG drawing' : 'a text document (HTML, SVG or other XML)'
  return unread.find(([, at, start]) => head.startsWith(start, at))?.[0]
}

export function mimeOf(format: PictureFormat): string {
  return mimes[format]
}
