import { exifBlock, insertJpegExif, insertWebpExif } from './exif.ts'
import type { Picture } from './picture.ts'
import { insertText } from './png-text.ts'
import { sharp } from './sharp.ts'

export const encodings = ['png', 'jpeg', 'webp'] as const
export type Encoding = (typeof encodings)[number]

export interface EncodeOptions {
  format: Encoding
  /** 1 to 100, for JPEG and WebP. */
  quality?: number
  /** Generation parameters (`formatParameters`), kept inside the file where other tools look for them. */
  parameters?: string
}

/** The picture as a file. PNG is lossless; the same pixels give the same bytes. */
export async function encodePicture(picture: Picture, options: EncodeOptions): Promise<Uint8Array> {
  const { format, quality = 90, parameters } = options
  const image = sharp(picture.data, {
    raw: { width: picture.width, height: picture.height, channels: picture.channels },
  })
  if (format === 'png') {
    const bytes = await image.png({ compressionLevel: 6 }).toBuffer()
    return parameters === undefined ? new Uint8Array(bytes) : insertText(bytes, 'parameters', parameters)
  }
  if (format === 'jpeg') {
    const bytes = await image.jpeg({ quality, chromaSubsampling: '4:4:4' }).toBuffer()
    return parameters === undefined ? new Uint8Array(bytes) : insertJpegExif(bytes, exifBlock(parameters))
  }
  if (parameters === undefined) return new Uint8Array(await image.webp({ quality }).toBuffer())
  const bytes = await image.removeAlpha().webp({ quality }).toBuffer()
  return insertWebpExif(bytes, exifBlock(parameters), picture.width, picture.height)
}

/** A JPEG that fits into a square of `size` pixels, for lists and previews. Never enlarges. */
export async function thumbnail(bytes: Uint8Array, size: number): Promise<Uint8Array> {
  const jpeg = await sharp(bytes, { pages: 1 })
    .autoOrient()
    .resize(size, size, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .jpeg({ quality: 80 })
    .toBuffer()
  return new Uint8Array(jpeg)
}
