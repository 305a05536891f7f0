import type { Picture } from './picture.ts'
import { sharp } from './sharp.ts'

/** The picture blurred by a Gaussian whose standard deviation is `sigma` pixels; 0 gives it back as it is. */
export async function blurPicture(picture: Picture, sigma: number): Promise<Picture> {
  if (sigma < 0.3) return picture
  const { width, height, channels } = picture
  const data = await sharp(picture.data, { raw: { width, height, channels } })
    .blur(Math.min(sigma, 1000))
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer()
  return { ...picture, data: new Uint8Array(data) }
}
