import { expect, it } from 'vitest'
import type { Picture } from '../picture.ts'
import { drawBoxes } from './draw-boxes.ts'
import { glyphHeight, glyphWidth, inked } from './font.ts'

const plain = (width: number, height: number): Picture => ({
  width,
  height,
  channels: 3,
  data: new Uint8Array(width * height * 3).fill(100),
})
const pixel = ({ data, width }: Picture, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
]
const shape = (character: string) =>
  Array.from({ length: glyphHeight }, (_, y) =>
    Array.from({ length: glyphWidth }, (_, x) => (inked(character, x, y) ? '#' : '.')).join(''),
  ).join('\n')

it('draws the box with its text above, and leaves the rest and the original alone', () => {
  const picture = plain(200, 100)
  const drawn = drawBoxes(picture, [{ bbox: [50, 40, 150, 90], text: 'cat 0.9', colour: 0 }])
  expect(pixel(drawn, 50, 60)).toEqual([86, 180, 233])
  expect(pixel(drawn, 149, 89)).toEqual([86, 180, 233])
  expect(pixel(drawn, 51, 35)).toEqual([86, 180, 233])
  expect(pixel(drawn, 100, 60)).toEqual([100, 100, 100])
  expect(pixel(drawn, 150, 60)).toEqual([100, 100, 100])
  expect(picture.data.every(value => value === 100)).toBe(true)
})

it('stays inside the picture wherever the box lies, and never writes elsewhere', () => {
  for (const bbox of [
    [-50, -50, 20, 20],
    [90, 90, 500, 500],
    [-10, -10, 300, 300],
    [40, 40, 40, 40],
    [200, 200, 300, 300],
  ] as const) {
    const drawn = drawBoxes(plain(100, 100), [{ bbox: [...bbox], text: 'a very long text that does not fit here' }])
    expect(drawn.data).toHaveLength(100 * 100 * 3)
  }
  const corner = drawBoxes(plain(100, 100), [{ bbox: [0, 0, 100, 100], text: 'x', colour: 1 }])
  expect(pixel(corner, 1, 1)).toEqual([240, 228, 66])
})

it('has a shape of its own for every letter and digit', () => {
  const characters = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ.,:#%-_/'()&+? "]
  expect(new Set(characters.map(shape)).size).toBe(characters.length)
  expect(shape('a')).toBe(shape('A'))
  expect(shape('猫')).toBe(shape('?'))
})

it('gives a number its colour in every frame', () => {
  const colours = [1, 1, 2].map(colour =>
    pixel(drawBoxes(plain(60, 60), [{ bbox: [10, 30, 50, 50], text: '', colour }]), 10, 40),
  )
  expect(colours[0]).toEqual(colours[1])
  expect(colours[0]).not.toEqual(colours[2])
})
