import { inflateRawSync } from 'node:zlib'
import { AppError } from '@hearth/contract'

const endOfDirectory = 0x06054b50
const directoryEntry = 0x02014b50

/** One file of a zip archive (stored or deflated; no zip64, no encryption). */
export function unzipEntry(archive: Buffer, path: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]))
  if (end < 0 || archive.readUInt32LE(end) !== endOfDirectory) throw broken('it has no directory')
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    if (archive.readUInt32LE(at) !== directoryEntry) throw broken('its directory is damaged')
    const lengths = [28, 30, 32].map(offset => archive.readUInt16LE(at + offset)) as [number, number, number]
    const name = archive.toString('utf8', at + 46, at + 46 + lengths[0])
    if (name === path) return content(archive, at)
    at += 46 + lengths[0] + lengths[1] + lengths[2]
  }
  throw broken(`${path} is not in it`)
}

function content(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10)
  const packed = archive.readUInt32LE(entry + 20)
  const local = archive.readUInt32LE(entry + 42)
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28)
  const bytes = archive.subarray(start, start + packed)
  if (method === 0) return bytes
  if (method === 8) return inflateRawSync(bytes)
  throw broken(`packing method ${method} is unknown`)
}

function broken(why: string): AppError {
  return new AppError('unavailable', `The archive cannot be read: ${why}.`)
}
