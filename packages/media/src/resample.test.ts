import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { decodePicture } from './decode.ts'
import golden from './golden/resample.json' with { type: 'json' }
import type { Picture } from './picture.ts'
import { resizeOpencv } from './resize-opencv.ts'
import { type PillowFilter, type Region, resizePillow } from './resize-pillow.ts'
import { resizeTensorflow } from './resize-tensorflow.ts'

const photos = join(import.meta.dirname, '../../testing/photos')

/** The noise of scripts/golden/resample.py. */
function noise(width: number, height: number, channels: 1 | 3): Picture {
  let state = 1
  const data = Uint8Array.from({ length: width * height * channels }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >>> 16) & 255
  })
  return { width, height, channels, data }
}

const picture = noise(53, 37, 3)
const cases = golden.cases.map(entry => ({
  region: undefined,
  grey: false,
  even: false,
  filter: 'box',
  ...entry,
  width: entry.size[0] ?? 0,
  height: entry.size[1] ?? 0,
}))
const of = (kind: string) => cases.filter(entry => entry.kind === kind)
const bytesOf = (result: string) => new Uint8Array(Buffer.from(result, 'base64'))
const floatsOf = (result: string) => new Float32Array(bytesOf(result).buffer)
const regionOf = (values: readonly number[]): Region => [values[0] ?? 0, values[1] ?? 0, values[2] ?? 0, values[3] ?? 0]

function worst(given: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(given.length).toBe(expected.length)
  let most = 0
  for (let i = 0; i < given.length; i++) most = Math.max(most, Math.abs((given[i] ?? 0) - (expected[i] ?? 0)))
  return most
}

describe('scaling gives what the reference gives', () => {
  test.each(of('pillow'))('Pillow $filter to $size, grey $grey, region $region: the same bytes', entry => {
    const { width, height, region } = entry
    const source = entry.grey ? noise(53, 37, 1) : picture
    const scaled = resizePillow(source, {
      width,
      height,
      filter: entry.filter as PillowFilter,
      ...(region ? { region: regionOf(region) } : {}),
    })
    expect([scaled.width, scaled.height]).toEqual([width, height])
    expect(worst(scaled.data, bytesOf(entry.result))).toBe(0)
  })

  test.each(of('opencv'))('OpenCV to $size: within one of 255', ({ width, height, even, result }) => {
    const source = even
      ? resizePillow(picture, { width: 52, height: 36, filter: 'box', region: [0, 0, 52, 36] })
      : picture
    const scaled = resizeOpencv(source, width, height)
    expect(worst(scaled.data, bytesOf(result))).toBeLessThanOrEqual(1)
  })

  test.each(of('tensorflow'))('TensorFlow to $size', ({ width, height, result }) => {
    expect(worst(resizeTensorflow(picture, width, height), floatsOf(result))).toBeLessThan(1e-3)
  })

  test.each(golden.photographs)('$name, decoded and scaled: the same bytes as Pillow', async photograph => {
    const decoded = await decodePicture(await readFile(join(photos, photograph.name)))
    const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
    expect([decoded.width, decoded.height]).toEqual(photograph.size)
    expect(digest(decoded.data)).toBe(photograph.decoded)
    for (const [filter, expected] of Object.entries(photograph.scaled)) {
      const scaled = resizePillow(decoded, { width: 224, height: 224, filter: filter as PillowFilter })
      expect([filter, digest(scaled.data)]).toEqual([filter, expected])
    }
  })
})

describe('shapes', () => {
  test('a region outside is refused; the same size is a copy', () => {
    const to = { width: 5, height: 5, filter: 'bicubic' } as const
    expect(() => resizePillow(picture, { ...to, region: [0, 0, 54, 5] })).toThrow(RangeError)
    const same = resizePillow(picture, { width: 53, height: 37, filter: 'lanczos' })
    expect(same.data).toEqual(picture.data)
    expect(same.data).not.toBe(picture.data)
  })
})
