import { encodePicture, type Picture } from '@hearth/media'
import type { FoundFace } from './face-engine.ts'
import { estimateSimilarity, warp } from './similarity-transform.ts'

const side = 256
/** Where the eyes come to lie: the whole head is in the picture. */
const eyes = [
  [96, 108],
  [160, 108],
] as const

/** The face turned upright, 256 x 256, as a JPEG; black where it hangs over the edge of the picture. */
export async function uprightCrop(picture: Picture, { landmarks }: FoundFace): Promise<Uint8Array> {
  const transform = estimateSimilarity([landmarks.left_eye, landmarks.right_eye], [[...eyes[0]], [...eyes[1]]])
  return encodePicture(warp(picture, transform, side, side), { format: 'jpeg', quality: 90 })
}
