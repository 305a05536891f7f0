import { AppError } from '@hearth/contract'
import { encodePicture } from '../encode.ts'
import { readFrames } from './read-frames.ts'

/** The first frame of a video as a JPEG whose longer side is `size` at most. @throws AppError as `readFrames`. */
export async function videoThumbnail(path: string, size: number, signal?: AbortSignal): Promise<Uint8Array> {
  for await (const { picture } of readFrames(path, { maxSide: size, ...(signal ? { signal } : {}) })) {
    return encodePicture(picture, { format: 'jpeg', quality: 80 })
  }
  throw new AppError('invalid-input', 'the video holds no frame that can be decoded')
}
