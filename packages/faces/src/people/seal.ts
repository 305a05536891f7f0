import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { AppError } from '@hearth/contract'

const version = 1
const nonceLength = 12
const tagLength = 16

/**
 * AES-256-GCM: one byte of version, the nonce, the ciphertext, the tag. What is sealed for one purpose cannot be opened
 * as another's: `purpose` (such as the ids of person and face) is authenticated with it.
 * @param key 32 bytes.
 */
export function seal(key: Uint8Array, plain: Uint8Array, purpose: string): Buffer {
  const nonce = randomBytes(nonceLength)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(purpose))
  const body = [cipher.update(plain), cipher.final()]
  return Buffer.concat([Buffer.of(version), nonce, ...body, cipher.getAuthTag()])
}

/** @throws AppError `internal` if it was sealed with another key or for another purpose, or was changed. */
export function open(key: Uint8Array, sealed: Uint8Array, purpose: string): Buffer {
  const head = 1 + nonceLength
  if (sealed[0] !== version || sealed.length < head + tagLength) throw broken('its format is not known')
  const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, head), { authTagLength: tagLength })
  cipher.setAAD(Buffer.from(purpose))
  cipher.setAuthTag(sealed.subarray(sealed.length - tagLength))
  try {
    return Buffer.concat([cipher.update(sealed.subarray(head, sealed.length - tagLength)), cipher.final()])
  } catch (cause) {
    throw broken('its key is another one, or it was changed', cause)
  }
}

function broken(why: string, cause?: unknown): AppError {
  return new AppError('internal', `sealed data cannot be opened: ${why}`, {
    hint: 'Look whether HEARTH_MASTER_KEY or the file master.key was exchanged.',
    cause,
  })
}

/** A vector as the bytes that are sealed: 32-bit floats, little-endian. */
export function vectorBytes(vector: Float32Array): Uint8Array {
  const bytes = new Uint8Array(vector.length * 4)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of vector.entries()) view.setFloat32(index * 4, value, true)
  return bytes
}

export function vectorOf(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getFloat32(index * 4, true))
}

/** Purposes: to whom and what a sealed piece belongs. */
export const vectorOfFace = (person: string, face: string) => `hearth vector ${person} ${face}`
export const cropOfFace = (person: string, face: string) => `hearth crop ${person} ${face}`
export const keyOfPerson = (person: string) => `hearth key ${person}`
