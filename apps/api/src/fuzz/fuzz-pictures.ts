import { encodePicture } from '@hearth/media'
import type { Pictures } from './given-pictures.ts'

/** A few that can be read and more that cannot. */
export async function fuzzPictures(): Promise<Pictures> {
  const data = Uint8Array.from({ length: 48 * 32 * 3 }, (_, index) => (index * 7) % 256)
  const picture = { width: 48, height: 32, channels: 3 as const, data }
  const png = await encodePicture(picture, { format: 'png' })
  const jpeg = await encodePicture(picture, { format: 'jpeg' })
  const dot = await encodePicture({ width: 1, height: 1, channels: 1, data: new Uint8Array(1) }, { format: 'png' })
  // The header says that it is enormous; nothing follows.
  const huge = new Uint8Array(png.slice(0, 33))
  new DataView(huge.buffer).setUint32(16, 2 ** 31 - 1)
  return [
    png,
    png,
    jpeg,
    jpeg,
    dot,
    jpeg.slice(0, jpeg.length / 2),
    huge,
    new Uint8Array(0),
    new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    new TextEncoder().encode('GIF89a'),
  ]
}
