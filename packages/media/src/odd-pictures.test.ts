import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { AppError } from '@hearth/contract'
import { describe, expect, test } from 'vitest'
import { decodePicture, inspectPicture } from './decode.ts'
import type { Picture } from './picture.ts'
import { sharp } from './sharp.ts'

const photo = await readFile(join(import.meta.dirname, '../../testing/photos/chelsea.jpg'))
const small = sharp(photo).resize(64, 48)
const latin = (text: string) => Buffer.from(text, 'latin1')

async function refusal(bytes: Uint8Array): Promise<AppError> {
  const outcome = await decodePicture(bytes).then(
    picture => `not refused: ${picture.width} x ${picture.height}`,
    (error: unknown) => error,
  )
  expect(outcome).toBeInstanceOf(AppError)
  return outcome as AppError
}

const pixel = ({ width, data }: Picture, x: number, y: number) => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
]

/** An ISO media file that says what it is and no more. */
function container(...brands: string[]): Uint8Array {
  const [major = '', ...others] = brands
  const body = latin(`ftyp${major}\0\0\0\0${others.join('')}`)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(body.length + 4)
  return Buffer.concat([size, body, Buffer.alloc(64)])
}

/** A TIFF of one pixel, a floating-point number. */
function floatTiff(): Uint8Array {
  const entries: [tag: number, type: number, value: number][] = [
    [256, 4, 1],
    [257, 4, 1],
    [258, 3, 32],
    [259, 3, 1],
    [262, 3, 1],
    [273, 4, 8],
    [277, 3, 1],
    [278, 4, 1],
    [279, 4, 4],
    [339, 3, 3],
  ]
  const file = Buffer.alloc(12 + 2 + entries.length * 12 + 4)
  file.write('II*\0', 0, 'latin1')
  file.writeUInt32LE(12, 4)
  file.writeFloatLE(0.5, 8)
  file.writeUInt16LE(entries.length, 12)
  for (const [i, [tag, type, value]] of entries.entries()) {
    const at = 14 + 12 * i
    file.writeUInt16LE(tag, at)
    file.writeUInt16LE(type, at + 2)
    file.writeUInt32LE(1, at + 4)
    file.writeUInt32LE(value, at + 8)
  }
  return file
}

describe('odd pictures come out right', () => {
  test('one pixel', async () => {
    for (const format of ['png', 'webp', 'gif', 'tiff'] as const) {
      const one = sharp({ create: { width: 1, height: 1, channels: 3, background: '#1e3c5a' } })
      const decoded = await decodePicture(
        await one.toFormat(format, { lossless: true, compression: 'none' }).toBuffer(),
      )
      expect([format, decoded.width, decoded.height, ...decoded.data]).toEqual([format, 1, 1, 30, 60, 90])
    }
  })

  test('all eight ways in which a camera may be held', async () => {
    // Four colours, so that every turn and mirror image can be told from every other.
    const corners = await sharp(Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]), {
      raw: { width: 2, height: 2, channels: 3 },
    })
      .resize(64, 32, { kernel: 'nearest', fit: 'fill' })
      .png()
      .toBuffer()
    // Where the file's corners (top left, top right, bottom left, bottom right) are to be seen, by EXIF's definition.
    const [r, g, b, w] = ['red', 'green', 'blue', 'white']
    const seen: Record<number, (string | undefined)[]> = {
      1: [r, g, b, w],
      2: [g, r, w, b],
      3: [w, b, g, r],
      4: [b, w, r, g],
      5: [r, b, g, w],
      6: [b, r, w, g],
      7: [w, g, b, r],
      8: [g, w, r, b],
    }
    const nameOf = (rgb: number[]) => {
      const bits = rgb.map(value => (value > 128 ? 1 : 0)).join('')
      return { '100': 'red', '010': 'green', '001': 'blue', '111': 'white' }[bits]
    }
    for (let orientation = 1; orientation <= 8; orientation++) {
      const held = await sharp(corners).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer()
      const info = await inspectPicture(held)
      const decoded = await decodePicture(held)
      const { width, height } = decoded
      expect([orientation, info.width, info.height]).toEqual([orientation, width, height])
      expect([width, height]).toEqual(orientation < 5 ? [64, 32] : [32, 64])
      const places = [4, height - 5].flatMap(y => [4, width - 5].map(x => nameOf(pixel(decoded, x, y))))
      expect([orientation, ...places]).toEqual([orientation, ...(seen[orientation] ?? [])])
    }
  })

  test('16 bits, grey with transparency and palettes with transparency, to the value', async () => {
    const deep = Uint16Array.from({ length: 16 }, (_, i) => i * 4369)
    const grey = sharp(deep, { raw: { width: 4, height: 4, channels: 1 } }).toColourspace('grey16')
    const decoded = await decodePicture(await grey.png().toBuffer())
    expect([pixel(decoded, 0, 0), pixel(decoded, 1, 0), pixel(decoded, 3, 3)]).toEqual([
      [0, 0, 0],
      [17, 17, 17],
      [255, 255, 255],
    ])
    const veiled = sharp(Buffer.from([100, 128, 100, 255, 100, 0]), { raw: { width: 3, height: 1, channels: 2 } })
    const over = await decodePicture(await veiled.toColourspace('b-w').png().toBuffer())
    expect([pixel(over, 0, 0)[0], pixel(over, 1, 0)[0], pixel(over, 2, 0)[0]]).toEqual([177, 100, 255])
    const clear = sharp({ create: { width: 8, height: 8, channels: 4, background: '#ff000000' } })
    const palette = await clear.png({ palette: true }).toBuffer()
    expect((await inspectPicture(palette)).alpha).toBe(true)
    expect(pixel(await decodePicture(palette), 3, 3)).toEqual([255, 255, 255])
  })

  test('the first frame of animations, in its own size', async () => {
    const frames = await Promise.all(
      ['#f00', '#00f', '#0f0'].map(background =>
        sharp({ create: { width: 20, height: 10, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    )
    for (const format of ['gif', 'webp'] as const) {
      const film = await sharp(frames, { join: { animated: true } })
        .toFormat(format)
        .toBuffer()
      expect((await inspectPicture(film)).pages).toBe(3)
      const decoded = await decodePicture(film)
      const [red = 0, , blue = 255] = pixel(decoded, 10, 5)
      expect([format, decoded.width, decoded.height, red > 200, blue < 50]).toEqual([format, 20, 10, true, true])
    }
  })

  test('AVIF, also where its first brand is the general one', async () => {
    const avif = await small.clone().avif({ quality: 90 }).toBuffer()
    expect(await inspectPicture(avif)).toMatchObject({ format: 'avif', width: 64, height: 48 })
    expect((await decodePicture(avif)).data).toHaveLength(64 * 48 * 3)
    const general = Buffer.from(avif)
    general.write('mif1', 8, 'latin1')
    expect((await inspectPicture(general)).format).toBe('avif')
  })

  test('CMYK, near to the colours that went in', async () => {
    const cmyk = await sharp(photo).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()
    const [plain, back] = [await decodePicture(photo), await decodePicture(cmyk)]
    const difference = plain.data.reduce((sum, value, i) => sum + Math.abs(value - (back.data[i] ?? 0)), 0)
    expect(difference / plain.data.length).toBeLessThan(12)
  })
})

describe('what cannot be right is refused, with the reason', () => {
  test('too many pixels, by the header alone, in every format', async () => {
    const one = sharp(Buffer.alloc(1e8, 99), { raw: { width: 10_000, height: 10_000, channels: 1 } })
    const png = await one.png({ compressionLevel: 1 }).toBuffer()
    // A header that lies is as good as a true one: nothing else is looked at.
    const jpeg = Buffer.from(photo)
    const frame = jpeg.indexOf('\xff\xc0', 0, 'latin1')
    jpeg.writeUInt16BE(10_000, frame + 5)
    jpeg.writeUInt16BE(10_000, frame + 7)
    for (const bytes of [png, jpeg, jpeg.subarray(0, 1000)]) {
      const before = process.memoryUsage.rss()
      const error = await refusal(bytes)
      expect([error.code, error.status]).toEqual(['too-large', 413])
      expect(error.message).toContain('10000 x 10000')
      expect(process.memoryUsage.rss() - before).toBeLessThan(60e6)
    }
  })

  test.each(['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const)('%s that was cut off anywhere', async format => {
    const whole = await small.clone().toFormat(format).toBuffer()
    for (const share of [0.02, 0.1, 0.3, 0.5, 0.8, 0.95, 0.99]) {
      const error = await refusal(whole.subarray(0, Math.max(16, Math.floor(whole.length * share))))
      expect([share, error.code]).toEqual([share, 'invalid-input'])
      expect(error.message).toMatch(/damaged or cut off/)
    }
  })

  test('HEIC, by name and with the remedy', async () => {
    for (const brands of [
      ['heic', 'mif1', 'heic'],
      ['mif1', 'heic'],
      ['heix', 'mif1'],
      ['msf1', 'hevc'],
    ]) {
      const error = await refusal(container(...brands))
      expect([error.code, error.status]).toEqual(['unsupported-media', 415])
      expect(error.message).toMatch(/HEIC/)
      expect(error.hint).toMatch(/JPEG/)
    }
  })

  test('drawings, bombs or not, before anything reads them', async () => {
    const entities = Array.from({ length: 9 }, (_, i) => `<!ENTITY a${i + 1} "${`&a${i};`.repeat(10)}">`).join('')
    const bomb = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a0 "ha">${entities}]><svg><text>&a9;</text></svg>`
    const files = {
      plain: latin('<svg xmlns="http://www.w3.org/2000/svg" width="1e9" height="1e9"/>'),
      marked: latin('\xef\xbb\xbf \n<!-- a drawing --><svg viewBox="0 0 1 1"></svg>'),
      bomb: latin(bomb),
      reading: latin('<svg><image href="file:///etc/passwd"/></svg>'),
    }
    for (const [name, bytes] of Object.entries(files)) {
      const error = await refusal(bytes)
      expect([name, error.code]).toEqual([name, 'unsupported-media'])
    }
    expect((await refusal(files.plain)).message).toMatch(/SVG/)
    expect((await refusal(gzipSync(files.bomb))).message).toMatch(/SVGZ/)
  })

  test('what only bears the name of a picture', async () => {
    const names: [Uint8Array, RegExp][] = [
      [new Uint8Array(), /empty/],
      [latin('This is a letter, renamed to holiday.jpg'), /not a picture/],
      [latin('%PDF-1.7\n1 0 obj'), /PDF/],
      [latin('<!DOCTYPE html><html></html>'), /text document/],
      [latin(`BM\x36\x04\x01\0\0\0\0\0\x36\x04\0\0`), /BMP/],
      [latin('\0\0\0\x0cJXL \r\n\x87\n'), /JPEG XL/],
      [latin('8BPS\0\x01'), /Photoshop/],
      [container('isom', 'mp42'), /not a picture/],
      [new Uint8Array(5000), /not a picture/],
    ]
    for (const [bytes, message] of names) {
      const error = await refusal(bytes)
      expect([error.code, error.status]).toEqual(['unsupported-media', 415])
      expect(error.message).toMatch(message)
      expect(error.hint).toBeTruthy()
    }
  })

  test('pixels with fractions, and headers followed by rubbish', async () => {
    expect((await refusal(floatTiff())).message).toMatch(/fractions/)
    const rubbish = Buffer.alloc(500, 0x5a)
    for (const head of ['\x89PNG\r\n\x1a\n', '\xff\xd8\xff\xe0', 'GIF89a', 'RIFF\xff\0\0\0WEBPVP8 ', 'II*\0']) {
      expect((await refusal(Buffer.concat([latin(head), rubbish]))).code).toBe('invalid-input')
    }
    expect((await refusal(Buffer.concat([container('avif', 'mif1'), rubbish]))).code).toBe('invalid-input')
  })
})
