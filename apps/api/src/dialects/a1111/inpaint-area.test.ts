import type { Picture } from '@hearth/media'
import { describe, expect, it } from 'vitest'
import { cutOut, fillMasked, maskedArea, pasteBack } from './inpaint-area.ts'

function maskOf(width: number, height: number, inside: (x: number, y: number) => boolean): Picture {
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    inside(i % width, Math.floor(i / width)) ? 255 : 0,
  )
  return { width, height, channels: 1, data }
}

function painted(width: number, height: number, colour: (x: number, y: number) => number[]): Picture {
  const data = new Uint8Array(width * height * 3)
  for (let i = 0; i < width * height; i++) data.set(colour(i % width, Math.floor(i / width)), i * 3)
  return { width, height, channels: 3, data }
}

describe('maskedArea', () => {
  const square = { width: 64, height: 64 }

  it('holds what is marked, padded, in the proportions of what is drawn', () => {
    const mask = maskOf(100, 80, (x, y) => x >= 40 && x < 60 && y >= 30 && y < 40)
    expect(maskedArea(mask, 0, square)).toEqual({ left: 40, top: 25, width: 20, height: 20 })
    expect(maskedArea(mask, 5, square)).toEqual({ left: 35, top: 20, width: 30, height: 30 })
    expect(maskedArea(mask, 0, { width: 128, height: 64 })).toEqual({ left: 40, top: 30, width: 20, height: 10 })
  })

  it('moves inside at the edges and stays inside', () => {
    const corner = maskOf(100, 80, (x, y) => x < 10 && y >= 70)
    expect(maskedArea(corner, 4, square)).toEqual({ left: 0, top: 62, width: 18, height: 18 })
    const wide = maskOf(100, 20, (_, y) => y === 3)
    expect(maskedArea(wide, 0, square)).toEqual({ left: 0, top: 0, width: 100, height: 20 })
  })

  it('is nothing without a mark', () => {
    expect(
      maskedArea(
        maskOf(4, 4, () => false),
        0,
        square,
      ),
    ).toBeUndefined()
  })
})

describe('cutOut and pasteBack', () => {
  const picture = painted(6, 4, (x, y) => [x * 10, y * 10, 7])
  const box = { left: 2, top: 1, width: 3, height: 2 }

  it('are each other’s opposite', () => {
    const part = cutOut(picture, box)
    expect([...part.data.subarray(0, 3)]).toEqual([20, 10, 7])
    const everywhere = maskOf(6, 4, () => true)
    expect(pasteBack(picture, part, everywhere, box)).toEqual(picture)
    expect(() => cutOut(picture, { ...box, left: 4 })).toThrow(RangeError)
  })

  it('touch nothing that the mask keeps', () => {
    const white = painted(3, 2, () => [255, 255, 255])
    const mask = maskOf(6, 4, x => x === 3)
    const pasted = pasteBack(picture, white, mask, box)
    const changed = [...picture.data].flatMap((value, i) => (value === pasted.data[i] ? [] : [Math.floor(i / 3)]))
    expect(new Set(changed)).toEqual(new Set([9, 15]))
  })
})

it('fillMasked takes the colours around and keeps the rest', () => {
  const green = [20, 200, 30]
  const picture = painted(33, 21, (x, y) => (x > 10 && x < 20 && y > 5 && y < 15 ? [255, 0, 0] : green))
  const mask = maskOf(33, 21, (x, y) => x > 10 && x < 20 && y > 5 && y < 15)
  const filled = fillMasked(picture, mask)
  for (let i = 0; i < filled.data.length; i += 3) {
    for (let c = 0; c < 3; c++) expect(Math.abs((filled.data[i + c] ?? 0) - (green[c] ?? 0))).toBeLessThanOrEqual(1)
  }
  const all = fillMasked(
    picture,
    maskOf(33, 21, () => true),
  )
  expect(Math.max(...all.data)).toBe(0)
})
