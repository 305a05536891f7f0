import { AppError } from '@hearth/contract'
import { decodeAlphaMask, decodeGrey, decodePicture, inspectPicture, type Picture } from '@hearth/media'
import type { ApiDeps } from '../../deps.ts'
import { readMedia } from '../../intake/read-media.ts'

/** The bytes of a picture as clients send it: base64 alone, a data URL or an address. @throws AppError at that field. */
export async function givenBytes(deps: ApiDeps, owner: string, field: string, given: string): Promise<Uint8Array> {
  return atField(field, async () => {
    const isBare = !/^(data:|https?:)/i.test(given)
    const bytes = await readMedia(deps, owner, isBare ? `data:image/png;base64,${given.trim()}` : given)
    await inspectPicture(bytes, { maxPixels: deps.config.maxPixels })
    return bytes
  })
}

export async function givenPicture(deps: ApiDeps, owner: string, field: string, given: string): Promise<Picture> {
  const bytes = await givenBytes(deps, owner, field, given)
  return atField(field, () => decodePicture(bytes, { maxPixels: deps.config.maxPixels }))
}

/**
 * A mask: white is painted anew. Of one with transparency what is drawn counts, whatever its colour, as paint programs
 * send it.
 */
export async function givenMask(deps: ApiDeps, owner: string, given: string): Promise<Picture> {
  const bytes = await givenBytes(deps, owner, 'mask', given)
  const limit = { maxPixels: deps.config.maxPixels }
  return atField('mask', async () => {
    if ((await inspectPicture(bytes, limit)).alpha) {
      const transparent = await decodeAlphaMask(bytes, limit)
      const drawn = { ...transparent, data: transparent.data.map(value => 255 - value) }
      if (drawn.data.some(value => value < 255)) return drawn
    }
    return decodeGrey(bytes, limit)
  })
}

async function atField<T>(field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const report = error.report()
    throw AppError.from({ ...report, message: `${field}: ${report.message}`, path: [field] })
  }
}
