import { expect, test } from 'vitest'
import { canvasSize, drawStrokes, type StrokeSurface } from './mask-strokes.ts'

function recorder() {
  const calls: string[] = []
  const surface: StrokeSurface = {
    globalCompositeOperation: 'source-over',
    lineWidth: 1,
    lineCap: 'butt',
    lineJoin: 'miter',
    beginPath: () => calls.push('begin'),
    moveTo: (x, y) => calls.push(`move ${x} ${y}`),
    lineTo: (x, y) => calls.push(`line ${x} ${y}`),
    stroke: () => calls.push(`${surface.globalCompositeOperation} ${surface.lineWidth}`),
  }
  return { calls, surface }
}

test('strokes are drawn in order, the eraser takes away, a touch is a dab', () => {
  const { calls, surface } = recorder()
  drawStrokes(surface, [
    { points: [{ x: 1, y: 2 }], size: 8, erase: false },
    {
      points: [
        { x: 3, y: 4 },
        { x: 5, y: 6 },
      ],
      size: 4,
      erase: true,
    },
    { points: [], size: 4, erase: false },
  ])
  expect(calls).toEqual([
    ...['begin', 'move 1 2', 'line 1 2', 'source-over 8'],
    ...['begin', 'move 3 4', 'line 5 6', 'destination-out 4'],
  ])
  expect(surface.globalCompositeOperation).toBe('source-over')
})

test('a large picture is painted on at a size that stays quick, in its own shape', () => {
  expect(canvasSize(128, 96)).toEqual({ width: 128, height: 96 })
  expect(canvasSize(6000, 3000)).toEqual({ width: 1536, height: 768 })
})
