import { expect, test } from 'vitest'
import { fitted, panBy, zoomAt } from './zoom-view.ts'

test('what is under the pointer stays under it', () => {
  const point = { x: 100, y: -40 }
  const before = { scale: 2, x: 30, y: 10 }
  const after = zoomAt(before, 1.5, point)
  const under = (view: typeof before) => [(point.x - view.x) / view.scale, (point.y - view.y) / view.scale]
  const [x, y] = under(before)
  expect(under(after)[0]).toBeCloseTo(x ?? Number.NaN)
  expect(under(after)[1]).toBeCloseTo(y ?? Number.NaN)
})

test('zooming out ends at the whole picture, in the middle', () => {
  expect(zoomAt({ scale: 1.2, x: 50, y: 50 }, 0.1, { x: 9, y: 9 })).toEqual(fitted)
})

test('a whole picture does not move, a large one never leaves the frame', () => {
  const frame = { width: 800, height: 600 }
  expect(panBy(fitted, 50, 50, frame)).toEqual(fitted)
  expect(panBy({ scale: 2, x: 0, y: 0 }, 10_000, -10_000, frame)).toEqual({ scale: 2, x: 600, y: -450 })
})
