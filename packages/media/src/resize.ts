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

/** The middle of the picture, in a size that it has at least. */
export function cropPicture(picture: Picture, width: number, height: number): Picture {
  if (picture.width === width && picture.height === height) return picture
  if (picture.width < width || picture.height < height) throw new RangeError('a crop cannot enlarge')
  const { channels } = picture
  const left = Math.floor((picture.width - width) / 2)
  const top = Math.floor((picture.height - height) / 2)
  const data = new Uint8Array(width * height * channels)
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * channels
    data.set(picture.data.subarray(from, from + width * channels), y * width * channels)
  }
  return { width, height, channels, data }
}
