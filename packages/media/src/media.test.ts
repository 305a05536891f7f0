import { AppError } from '@hearth/contract'
import { describe, expect, test } from 'vitest'
import { blurPicture } from './blur.ts'
import { decodeAlphaMask, decodeGrey, decodePicture, inspectPicture } from './decode.ts'
import { encodePicture, encodings, thumbnail } from './encode.ts'
import { formatParameters, parseParameters, readParameters, readParametersText } from './parameters.ts'
import type { Picture } from './picture.ts'
import { insertText, readTexts } from './png-text.ts'
import { cropPicture, resizePicture } from './resize.ts'
import { sharp } from './sharp.ts'
import { pictureToTensor, tensorToPicture } from './tensor.ts'

/** Left half red, right half blue. */
function halves(width: number, height: number): Picture {
  const data = new Uint8Array(3 * width * height)
  for (let pixel = 0; pixel < width * height; pixel++) data[pixel * 3 + (pixel % width < width / 2 ? 0 : 2)] = 255
  return { width, height, channels: 3, data }
}

async function code(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof AppError ? error.code : `not refused: ${String(error)}`
}

const raw = (picture: Picture) =>
  sharp(picture.data, { raw: { width: picture.width, height: picture.height, channels: picture.channels } })

describe('decoding', () => {
  test('is exact for PNG and upright for rotated JPEG', async () => {
    const picture = halves(32, 16)
    const again = await decodePicture(await encodePicture(picture, { format: 'png' }))
    expect(again).toEqual(picture)
    const rotated = await raw(picture).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    expect(await inspectPicture(rotated)).toMatchObject({ format: 'jpeg', width: 16, height: 32 })
    const upright = await decodePicture(rotated)
    expect([upright.width, upright.height]).toEqual([16, 32])
    expect(upright.data[1]).toBeLessThan(60)
    expect([...upright.data.subarray(0, 3)].map(value => value > 128)).toEqual([true, false, false])
    expect([...upright.data.subarray(-3)].map(value => value > 128)).toEqual([false, false, true])
  })

  test('brings CMYK, 16-bit, grey, palette and transparent pictures to 8-bit RGB', async () => {
    const picture = halves(16, 16)
    const red = [true, false, false]
    const files = {
      cmyk: await raw(picture).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer(),
      deep: await raw(picture).toColourspace('rgb16').png().toBuffer(),
      palette: await raw(picture).png({ palette: true }).toBuffer(),
      webp: await raw(picture).webp({ lossless: true }).toBuffer(),
      tiff: await raw(picture).tiff().toBuffer(),
      gif: await raw(picture).gif().toBuffer(),
    }
    for (const [name, bytes] of Object.entries(files)) {
      const decoded = await decodePicture(bytes)
      expect([name, decoded.channels, decoded.data.length]).toEqual([name, 3, 768])
      expect([name, ...[...decoded.data.subarray(0, 3)].map(v => v > 128)]).toEqual([name, ...red])
    }
    const grey = await decodePicture(await raw(picture).greyscale().png().toBuffer())
    expect(grey.data.length).toBe(768)
    const clear = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#0000' } })
      .png()
      .toBuffer()
    expect([...(await decodePicture(clear)).data.subarray(0, 3)]).toEqual([255, 255, 255])
    expect([...(await decodeGrey(clear)).data.subarray(0, 2)]).toEqual([0, 0])
    expect([...(await decodeAlphaMask(clear)).data.subarray(0, 2)]).toEqual([255, 255])
    expect(await code(decodeAlphaMask(files.deep))).toBe('invalid-input')
  })

  test('takes the first frame of an animation', async () => {
    const frame = (background: string) =>
      sharp({ create: { width: 16, height: 32, channels: 3, background } })
        .png()
        .toBuffer()
    const both = [await frame('#f00'), await frame('#00f')]
    const frames = await sharp(both, { join: { animated: true } })
      .gif()
      .toBuffer()
    expect(await inspectPicture(frames)).toMatchObject({ format: 'gif', width: 16, height: 32, pages: 2 })
    expect((await decodePicture(frames)).data.length).toBe(3 * 16 * 32)
  })

  test('counts pixels before it decodes', async () => {
    const bomb = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#fff' } })
      .png({ compressionLevel: 9, palette: true, colours: 2 })
      .toBuffer()
    expect(bomb.length).toBeLessThan(100_000)
    const before = process.memoryUsage().rss
    expect(await code(decodePicture(bomb))).toBe('too-large')
    expect(process.memoryUsage().rss - before).toBeLessThan(60e6)
    expect(await code(inspectPicture(bomb, { maxPixels: 81_000_000 }))).toMatch(/^not refused/)
  })

  test('refuses what is no picture, and damaged ones', async () => {
    const png = await encodePicture(halves(64, 64), { format: 'png' })
    const jpeg = await encodePicture(halves(256, 256), { format: 'jpeg' })
    const text = (value: string) => new TextEncoder().encode(value)
    expect(await code(decodePicture(text('<svg xmlns="http://www.w3.org/2000/svg"/>')))).toBe('unsupported-media')
    expect(await code(decodePicture(new Uint8Array()))).toBe('unsupported-media')
    expect(await code(decodePicture(text('%PDF-1.7')))).toBe('unsupported-media')
    expect(await code(decodePicture(png.subarray(0, 20)))).toBe('invalid-input')
    expect(await code(decodePicture(png.subarray(0, png.length / 2)))).toBe('invalid-input')
    expect(await code(decodePicture(jpeg.subarray(0, jpeg.length / 2)))).toBe('invalid-input')
  })
})

describe('tensors and sizes', () => {
  test('go to [-1, 1] and back without loss', () => {
    const picture = halves(8, 4)
    const tensor = pictureToTensor(picture)
    expect([tensor[0], tensor[32], tensor[64]]).toEqual([1, -1, -1])
    expect(tensorToPicture(tensor, 8, 4)).toEqual(picture)
    const beyond = tensorToPicture(new Float32Array([-7, 7, 0]), 1, 1)
    expect([...beyond.data]).toEqual([0, 255, 128])
  })

  test('resize stretches or crops', async () => {
    const stretched = await resizePicture(halves(64, 32), 16, 16, 'stretch')
    expect([stretched.width, stretched.height, stretched.data.length]).toEqual([16, 16, 768])
    const cropped = await resizePicture(halves(64, 32), 32, 32, 'cover')
    expect([...cropped.data.subarray(0, 3)]).toEqual([255, 0, 0])
    const middle = cropPicture(halves(64, 32), 16, 8)
    expect([middle.width, middle.height]).toEqual([16, 8])
    expect([...middle.data.subarray(0, 3), ...middle.data.subarray(-3)]).toEqual([255, 0, 0, 0, 0, 255])
    expect(() => cropPicture(middle, 17, 8)).toThrow(RangeError)
    const small = await thumbnail(await encodePicture(halves(400, 100), { format: 'webp' }), 64)
    expect(await inspectPicture(small)).toMatchObject({ format: 'jpeg', width: 64, height: 16 })
  })
})

describe('generation parameters', () => {
  const parameters = {
    prompt: 'a cat,\nsecond line',
    negativePrompt: 'blurry',
    settings: { Steps: 20, Sampler: 'DPM++ 2M', 'CFG scale': 7.5, Seed: 42, Size: '128x128', Model: 'odd, name: x' },
  }

  test.each(encodings)('are kept in %s and read back', async format => {
    for (const prompt of [parameters.prompt, 'eine Möwe', '一只猫 🐈']) {
      const text = formatParameters({ ...parameters, prompt })
      const bytes = await encodePicture(halves(32, 32), { format, parameters: text })
      expect(await readParametersText(bytes)).toBe(text)
      const read = await readParameters(bytes)
      expect(read).toMatchObject({ prompt, negativePrompt: 'blurry' })
      expect(read?.settings).toMatchObject({ Steps: '20', Seed: '42', Model: 'odd, name: x' })
      expect((await decodePicture(bytes)).width).toBe(32)
    }
    expect(await readParameters(await encodePicture(halves(32, 32), { format }))).toBeUndefined()
  })

  test('have the form that other tools read', () => {
    expect(
      formatParameters({ prompt: 'cat', negativePrompt: '', settings: { Steps: 5, Sampler: 'Euler', Seed: 1 } }),
    ).toBe('cat\nSteps: 5, Sampler: Euler, Seed: 1')
    const read = parseParameters('a, b: c\nNegative prompt: x\ny\nSteps: 9, Lora hashes: "a: 1, b: 2", Version: v1.10')
    expect(read).toEqual({
      prompt: 'a, b: c',
      negativePrompt: 'x\ny',
      settings: { Steps: '9', 'Lora hashes': 'a: 1, b: 2', Version: 'v1.10' },
    })
    expect(parseParameters('just: words').prompt).toBe('just: words')
  })

  test('use tEXt for Latin-1 and iTXt else', async () => {
    const png = await encodePicture(halves(8, 8), { format: 'png' })
    const type = (text: string) => Buffer.from(insertText(png, 'parameters', text)).toString('latin1', 37, 41)
    expect([type('Möwe'), type('猫')]).toEqual(['tEXt', 'iTXt'])
    expect(readTexts(insertText(png, 'k', 'v')).get('k')).toBe('v')
    expect(readTexts(png.subarray(0, 30)).size).toBe(0)
  })
})

describe('blur', () => {
  test('softens edges and keeps the size, in grey and in colour', async () => {
    const grey: Picture = {
      width: 16,
      height: 1,
      channels: 1,
      data: Uint8Array.from({ length: 16 }, (_, x) => (x < 8 ? 0 : 255)),
    }
    const soft = await blurPicture(grey, 2)
    expect([soft.width, soft.height, soft.channels, soft.data.length]).toEqual([16, 1, 1, 16])
    expect(soft.data[0]).toBeLessThan(5)
    expect(soft.data[7]).toBeGreaterThan(60)
    expect(soft.data[7]).toBeLessThan(soft.data[8] ?? 0)
    expect((await blurPicture(halves(8, 8), 1)).data).toHaveLength(8 * 8 * 3)
    expect(await blurPicture(grey, 0)).toBe(grey)
  })
})
