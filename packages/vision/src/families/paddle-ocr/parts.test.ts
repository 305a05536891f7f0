import type { Point } from '@hearth/contract'
import type { Picture } from '@hearth/media'
import { describe, expect, test } from 'vitest'
import { connectedParts } from './connected-parts.ts'
import { cutLine, halfTurn } from './cut-line.ts'
import { findBoxes } from './find-boxes.ts'
import { detectorSize } from './find-text.ts'
import { cornersOf, grow, minRectangle } from './min-rectangle.ts'

/** Each pixel says where it is: red across, green down. */
function map(width: number, height: number): Picture {
  const data = new Uint8Array(3 * width * height)
  for (let i = 0; i < width * height; i++) data.set([i % width, Math.floor(i / width), 7], 3 * i)
  return { width, height, channels: 3, data }
}

const at = (picture: Picture, x: number, y: number) => [
  ...picture.data.subarray(3 * (y * picture.width + x), 3 * (y * picture.width + x) + 2),
]

describe('rectangles', () => {
  test('are the smallest, also askew', () => {
    const turn = ([x, y]: Point, angle: number): Point => [
      50 + x * Math.cos(angle) - y * Math.sin(angle),
      50 + x * Math.sin(angle) + y * Math.cos(angle),
    ]
    for (const angle of [0, 0.3, 0.7, -0.5]) {
      const points = [-20, 0, 20].flatMap(x => [-5, 5].map((y): Point => turn([x, y], angle)))
      const { sides, centre } = minRectangle(points)
      expect(Math.max(...sides)).toBeCloseTo(40, 6)
      expect(Math.min(...sides)).toBeCloseTo(10, 6)
      expect(centre[0]).toBeCloseTo(50, 6)
    }
    expect(minRectangle([[3, 4]]).sides).toEqual([0, 0])
    expect(() => minRectangle([])).toThrow(RangeError)
  })

  test('grow on every side', () => {
    const core = minRectangle([
      [10, 10],
      [40, 10],
      [40, 20],
      [10, 20],
    ])
    expect(cornersOf(grow(core, 4))).toEqual([
      [6, 6],
      [44, 6],
      [44, 24],
      [6, 24],
    ])
  })
})

describe('finding', () => {
  test('takes what touches, also by corners, for one part', () => {
    const rows = ['11.....', '..1..11', '.......', '1.....1', '1..1..1', '1111111']
    const mask = Uint8Array.from(rows.join(''), mark => (mark === '1' ? 1 : 0))
    const parts = connectedParts(mask, 7, 6)
    expect(parts.map(part => [Math.min(...part.map(([x]) => x)), Math.max(...part.map(([x]) => x))])).toEqual([
      [0, 6],
      [5, 6],
      [0, 2],
    ])
    expect(mask.every(mark => mark === 0)).toBe(true)
  })

  test('leaves out specks and what is too unsure; rows are read from the left', () => {
    const data = new Float32Array(128 * 64)
    const fill = (x: number, y: number, width: number, height: number, value: number) => {
      for (let j = y; j < y + height; j++) data.fill(value, j * 128 + x, j * 128 + x + width)
    }
    fill(70, 8, 40, 10, 0.9)
    fill(8, 10, 40, 10, 0.9)
    fill(8, 40, 60, 10, 0.4)
    fill(100, 50, 2, 2, 0.9)
    const boxes = findBoxes({ width: 128, height: 64, data }, { width: 256, height: 128 }, 0.5)
    expect(boxes.map(({ polygon: [[x]] }) => x < 100)).toEqual([true, false])
    expect(boxes[0]?.score).toBeGreaterThan(0.7)
    expect(findBoxes({ width: 128, height: 64, data }, { width: 256, height: 128 }, 0.3)).toHaveLength(3)
  })

  test('looks at whole multiples of 32, at least one', () => {
    expect(detectorSize({ width: 1, height: 1 }, 960)).toEqual([32, 32])
    expect(detectorSize({ width: 1920, height: 1000 }, 960)).toEqual([960, 512])
    expect(detectorSize({ width: 48, height: 80 }, 960)).toEqual([64, 64])
  })
})

describe('cutting lines out', () => {
  test('is exact for whole pixels, and repeats the edge beyond it', () => {
    const cut = cutLine(map(60, 40), [
      [10, 5],
      [40, 5],
      [40, 15],
      [10, 15],
    ])
    expect([cut.width, cut.height]).toEqual([30, 10])
    expect([at(cut, 0, 0), at(cut, 29, 9)]).toEqual([
      [10, 5],
      [39, 14],
    ])
    const beyond = cutLine(map(8, 8), [
      [-4, 0],
      [12, 0],
      [12, 4],
      [-4, 4],
    ])
    expect(at(beyond, 0, 0)).toEqual([0, 0])
    expect(at(beyond, 15, 0)).toEqual([7, 0])
  })

  test('lays tall ones on their side and turns others around', () => {
    const tall = cutLine(map(60, 60), [
      [10, 10],
      [20, 10],
      [20, 50],
      [10, 50],
    ])
    expect([tall.width, tall.height]).toEqual([40, 10])
    expect([at(tall, 0, 9), at(tall, 39, 0)]).toEqual([
      [10, 10],
      [19, 49],
    ])
    expect(at(halfTurn(tall), 39, 0)).toEqual([10, 10])
  })

  test('a box without area gives a picture all the same', () => {
    const cut = cutLine(map(8, 8), [
      [1, 1],
      [5, 5],
      [5, 5],
      [1, 1],
    ])
    expect([cut.width, cut.height]).toEqual([5, 1])
  })
})
