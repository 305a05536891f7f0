import { crc32, inflateSync } from 'node:zlib'

const signatureBytes = 8
/** Length of the signature and of IHDR, which must come first. */
const afterHeader = signatureBytes + 12 + 13
const maxTextBytes = 1 << 20

function chunk(type: string, data: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + data.byteLength)
  out.writeUInt32BE(data.byteLength, 0)
  out.write(type, 4, 'latin1')
  out.set(data, 8)
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.byteLength)), 8 + data.byteLength)
  return out
}

/** Latin-1 as PNG means it: printable characters and newline, which `tEXt` can hold. */
function isLatin1(text: string): boolean {
  return /^[\n\x20-\x7e\xa0-\xff]*$/.test(text)
}

/** A PNG with one more text chunk behind its header: `tEXt`, or `iTXt` (UTF-8) where the text is not Latin-1. */
export function insertText(png: Uint8Array, keyword: string, text: string): Uint8Array {
  const inserted = isLatin1(text)
    ? chunk('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1'))
    : chunk('iTXt', Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text, 'utf8')]))
  return new Uint8Array(Buffer.concat([png.subarray(0, afterHeader), inserted, png.subarray(afterHeader)]))
}

function inflateText(data: Uint8Array, encoding: 'latin1' | 'utf8'): string {
  return inflateSync(data, { maxOutputLength: maxTextBytes }).toString(encoding)
}

function international(data: Buffer, from: number): string {
  const compressed = data[from] === 1
  const language = data.indexOf(0, from + 2)
  const translated = data.indexOf(0, language + 1)
  const value = data.subarray(translated + 1)
  return compressed ? inflateText(value, 'utf8') : value.toString('utf8')
}

/** All text chunks of a PNG by keyword: tEXt, zTXt and iTXt. A cut-off file gives those that are whole. */
export function readTexts(png: Uint8Array): Map<string, string> {
  const bytes = Buffer.from(png.buffer, png.byteOffset, png.byteLength)
  const texts = new Map<string, string>()
  for (let at = signatureBytes; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    if (at + 12 + length > bytes.length || type === 'IEND') break
    const data = bytes.subarray(at + 8, at + 8 + length)
    const end = data.indexOf(0)
    if (end > 0 && length <= maxTextBytes) {
      const keyword = data.toString('latin1', 0, end)
      if (type === 'tEXt') texts.set(keyword, data.toString('latin1', end + 1))
      if (type === 'zTXt') texts.set(keyword, inflateText(data.subarray(end + 2), 'latin1'))
      if (type === 'iTXt') texts.set(keyword, international(data, end + 1))
    }
    at += 12 + length
  }
  return texts
}
