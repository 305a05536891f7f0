const exifPointer = 0x8769
const userComment = 0x9286
const typeLong = 4
const typeUndefined = 7

/** An Exif block (TIFF, big-endian) that holds one text as UserComment in UTF-16, as A1111 and its readers use it. */
export function exifBlock(text: string): Buffer {
  const utf16 = Buffer.from(text, 'utf16le').swap16()
  const comment = Buffer.concat([Buffer.from('UNICODE\0', 'latin1'), utf16])
  const block = Buffer.alloc(44)
  block.write('MM\0*', 0, 'latin1')
  block.writeUInt32BE(8, 4)
  directory(block, 8, exifPointer, typeLong, 1, 26)
  directory(block, 26, userComment, typeUndefined, comment.length, 44)
  return Buffer.concat([block, comment])
}

/** A directory of one entry. */
function directory(block: Buffer, at: number, tag: number, type: number, count: number, value: number): void {
  block.writeUInt16BE(1, at)
  block.writeUInt16BE(tag, at + 2)
  block.writeUInt16BE(type, at + 4)
  block.writeUInt32BE(count, at + 6)
  block.writeUInt32BE(value, at + 10)
  block.writeUInt32BE(0, at + 14)
}

/** The JPEG with an Exif block behind its first marker. */
export function insertJpegExif(jpeg: Uint8Array, block: Buffer): Uint8Array {
  const length = block.length + 8
  if (length > 0xffff) throw new RangeError('Exif blocks of JPEG files end at 64 KiB')
  const head = Buffer.from([0xff, 0xe1, length >> 8, length & 0xff, ...Buffer.from('Exif\0\0', 'latin1')])
  return new Uint8Array(Buffer.concat([jpeg.subarray(0, 2), head, block, jpeg.subarray(2)]))
}

function riff(type: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 0, 'latin1')
  head.writeUInt32LE(data.byteLength, 4)
  return Buffer.concat([head, data, Buffer.alloc(data.byteLength % 2)])
}

/** The WebP (without alpha, as it is encoded here from RGB) with an Exif chunk: its simple form becomes the extended. */
export function insertWebpExif(webp: Uint8Array, block: Buffer, width: number, height: number): Uint8Array {
  const extended = Buffer.alloc(10)
  extended[0] = 0x08
  extended.writeUIntLE(width - 1, 4, 3)
  extended.writeUIntLE(height - 1, 7, 3)
  const body = Buffer.concat([Buffer.from('WEBP'), riff('VP8X', extended), webp.subarray(12), riff('EXIF', block)])
  return new Uint8Array(riff('RIFF', body))
}

/** The UserComment in an Exif block; undefined where there is none or the block is damaged. */
export function readUserComment(exif: Uint8Array): string | undefined {
  const all = Buffer.from(exif.buffer, exif.byteOffset, exif.byteLength)
  const block = all.toString('latin1', 0, 6) === 'Exif\0\0' ? all.subarray(6) : all
  const order = block.toString('latin1', 0, 4)
  if (order !== 'MM\0*' && order !== 'II*\0') return undefined
  const big = order === 'MM\0*'
  const u16 = (at: number) => (at + 2 > block.length ? 0 : big ? block.readUInt16BE(at) : block.readUInt16LE(at))
  const u32 = (at: number) => (at + 4 > block.length ? 0 : big ? block.readUInt32BE(at) : block.readUInt32LE(at))
  const entry = (from: number, tag: number) => {
    const entries = Array.from({ length: u16(from) }, (_, i) => from + 2 + 12 * i)
    return entries.find(at => u16(at) === tag)
  }
  const pointer = entry(u32(4), exifPointer)
  const found = pointer === undefined ? undefined : entry(u32(pointer + 8), userComment)
  if (found === undefined) return undefined
  return comment(block.subarray(u32(found + 8), u32(found + 8) + u32(found + 4)), big)
}

function comment(data: Buffer, big: boolean): string | undefined {
  const text = data.subarray(8)
  if (data.toString('latin1', 0, 7) !== 'UNICODE') return text.toString('utf8').replace(/\0+$/, '')
  // Some writers leave the byte order of the text to chance: Latin letters tell which it is.
  const even = Buffer.from(text.subarray(0, text.length & ~1))
  const zeros = (from: number) => even.filter((byte, i) => byte === 0 && i % 2 === from).length
  const bigEndian = zeros(0) === zeros(1) ? big : zeros(0) > zeros(1)
  return (bigEndian ? even.swap16() : even).toString('utf16le').replace(/\0+$/, '')
}
