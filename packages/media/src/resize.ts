import type { Picture } from './picture.ts'
import { sharp } from './sharp.ts'

/** `stretch` ignores proportions, `cover` crops what hangs over at both sides. */
export type Fit = 'stretch' | 'cover'

/** The picture in exactly the size asked for (Lanczos). */
export async function resizePicture(picture: Picture, width: number, height: number, fit: Fit): Promise<Picture> {
  if (picture.width === width && picture.height === height) return picture
  const { data, info } = await sharp(picture.data, {
    raw: { width: picture.width, height: picture.height, channels: picture.channels },
  })
    .resize(width, height, { fit: fit === 'stretch' ? 'fill' : 'cover', kernel: 'lanczos3' })
    .toColourspace(picture.channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, channels: picture.channels, data: new Uint8Array(data) }
}
