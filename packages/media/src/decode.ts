import { AppError } from '@hearth/contract'
import type { Metadata, Sharp } from 'sharp'
import type { Picture } from './picture.ts'
import { sharp } from './sharp.ts'
import { mimeOf, type PictureFormat, sniff } from './sniff.ts'

/** Pictures with more pixels are refused unless the caller says otherwise. */
export const defaultMaxPixels = 50_000_000

export interface DecodeOptions {
  maxPixels?: number
}

/** What a picture's header says. Nothing is decoded. */
export interface PictureInfo {
  format: PictureFormat
  mime: string
  /** As it is seen: after the rotation that its EXIF asks for. */
  width: number
  height: number
  alpha: boolean
  /** Above one for animations and multi-page files, of which the first is used. */
  pages: number
}

function open(bytes: Uint8Array, maxPixels: number): Sharp {
  return sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', pages: 1, sequentialRead: true })
}

function unreadable(cause: unknown): AppError {
  return new AppError('invalid-input', 'the picture is damaged or cut off', {
    hint: 'Open it in a viewer and save it again.',
    cause,
  })
}

async function header(bytes: Uint8Array, maxPixels: number): Promise<Metadata> {
  try {
    return await open(bytes, maxPixels).metadata()
  } catch (cause) {
    throw unreadable(cause)
  }
}

/**
 * Reads the header and checks the pixel count, so that a small file that unpacks to gigabytes is refused at no cost.
 * Throws `unsupported-media` (no picture), `too-large` (too many pixels) or `invalid-input` (damaged header).
 */
export async function inspectPicture(bytes: Uint8Array, options: DecodeOptions = {}): Promise<PictureInfo> {
  const format = sniff(bytes)
  const maxPixels = options.maxPixels ?? defaultMaxPixels
  // The limit of the reader itself is set aside here, so that the answer can name the numbers.
  const meta = await header(bytes, Number.MAX_SAFE_INTEGER)
  const { width, height } = meta.autoOrient
  if (width * height > maxPixels) {
    throw new AppError('too-large', `the picture has ${width} x ${height} pixels, more than ${maxPixels} in all`, {
      hint: 'Scale it down first.',
    })
  }
  if (meta.depth === 'float' || meta.depth === 'double' || meta.depth.endsWith('complex')) {
    throw new AppError('unsupported-media', 'the picture has numbers with fractions for its pixels', {
      hint: 'Save it with 8 or 16 bits a channel.',
    })
  }
  return { format, mime: mimeOf(format), width, height, alpha: meta.hasAlpha, pages: meta.pages ?? 1 }
}

async function pixels(image: Sharp, channels: Picture['channels']): Promise<Picture> {
  const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
  if (info.channels !== channels) {
    throw new AppError('internal', `expected ${channels} channels, the decoder gave ${info.channels}`)
  }
  return {
    width: info.width,
    height: info.height,
    channels,
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  }
}

/**
 * The pixels, on a ground of this colour. Errors as `inspectPicture`, which is asked only when decoding fails: most
 * pictures are sound, and reading every header twice would cost a tenth of the time. Pixels with fractions, which only TIFF
 * has, would be cut to whole ones without an error.
 */
async function decode(
  bytes: Uint8Array,
  { maxPixels = defaultMaxPixels }: DecodeOptions,
  [background, space, channels]: [background: string, space: string, channels: Picture['channels']],
): Promise<Picture> {
  if (sniff(bytes) === 'tiff') await inspectPicture(bytes, { maxPixels })
  try {
    return await pixels(open(bytes, maxPixels).autoOrient().flatten({ background }).toColourspace(space), channels)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    await inspectPicture(bytes, { maxPixels })
    throw unreadable(cause)
  }
}

/**
 * Decodes to upright 8-bit sRGB: CMYK, grey, 16-bit and palette pictures are converted, transparent areas become
 * white, of animations the first frame is taken. Errors as `inspectPicture`.
 */
export function decodePicture(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Picture> {
  return decode(bytes, options, ['#ffffff', 'srgb', 3])
}

/** As `decodePicture`, to one grey channel; transparent areas become black. For masks: white marks, black keeps. */
export function decodeGrey(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Picture> {
  return decode(bytes, options, ['#000000', 'b-w', 1])
}

/**
 * The mask in a picture's transparency, as OpenAI's image edits use it: transparent areas become white (to be
 * repainted), the rest black. Throws `invalid-input` for a picture without transparency.
 */
export async function decodeAlphaMask(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Picture> {
  const info = await inspectPicture(bytes, options)
  if (!info.alpha) {
    throw new AppError('invalid-input', 'the mask has no transparency', {
      hint: 'Send a PNG whose transparent areas mark what is to be repainted.',
    })
  }
  const image = open(bytes, options.maxPixels ?? defaultMaxPixels)
  try {
    const alpha = image.autoOrient().toColourspace('srgb').extractChannel('alpha')
    return await pixels(alpha.negate().toColourspace('b-w'), 1)
  } catch (cause) {
    throw cause instanceof AppError ? cause : unreadable(cause)
  }
}
