import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { TestFrame } from '../testing.tsx'
import { CameraNotice } from './camera-notice.tsx'
import { boxOf, createPalette, type Sight } from './finding.ts'
import { FindingsList } from './findings-list.tsx'
import { FindingsOverlay } from './findings-overlay.tsx'
import { scaledSize } from './frame-grabber.ts'
import { readableJson } from './json-view.tsx'
import { stateOfRefusal } from './use-camera.ts'

afterEach(cleanup)

const sight: Sight = {
  width: 200,
  height: 100,
  findings: [
    { label: 'cup', score: 0.9, bbox: [50, 20, 90, 60] },
    { label: 'table', score: 0.64, bbox: [0, 0, 200, 100] },
    { label: 'idea', score: 0.5 },
  ],
}
const colorOf = () => 'red'

test('a label keeps its colour, whatever else is found in the next frame', () => {
  const color = createPalette()
  const [cup, cat] = [color({ label: 'cup' }), color({ label: 'cat' })]
  expect(cup).not.toBe(cat)
  expect(color({ label: 'cat' })).toBe(cat)
  expect(color({ label: 'cup' })).toBe(cup)
  expect(color({ label: 'Ada', tone: 'good' })).toBe('var(--find-good)')
})

test('a box is that of its corners where there is no other', () => {
  const corners = [
    [4, 1],
    [9, 2],
    [8, 6],
    [3, 5],
  ] as const
  expect(boxOf({ label: '', score: null, polygon: corners.map(([x, y]) => [x, y]) })).toEqual([3, 1, 9, 6])
  expect(boxOf({ label: '', score: null })).toBeNull()
})

test('names stand at the upper left corner of their boxes, the smallest box on top; what has no place is not drawn', () => {
  const onActive = vi.fn()
  render(<FindingsOverlay sight={sight} colorOf={colorOf} active={null} onActive={onActive} />, { wrapper: TestFrame })
  const names = screen.getAllByRole('button')
  expect(names.map(name => name.textContent)).toEqual(['table 0.64', 'cup 0.90'])
  expect([names[1]?.style.left, names[1]?.style.top]).toEqual(['25%', '20%'])
  fireEvent.focus(screen.getByText('cup 0.90'))
  expect(onActive).toHaveBeenLastCalledWith(0)
})

test('pointing at the list says which finding it is', () => {
  const onActive = vi.fn()
  render(<FindingsList findings={sight.findings} colorOf={colorOf} active={1} onActive={onActive} label="Found" />, {
    wrapper: TestFrame,
  })
  const rows = screen.getAllByRole('button')
  expect(rows.map(row => row.getAttribute('aria-pressed'))).toEqual(['false', 'true', 'false'])
  fireEvent.focus(screen.getByRole('button', { name: /idea/ }))
  expect(onActive).toHaveBeenLastCalledWith(2)
})

test('boxes stay on one line in JSON', () => {
  expect(readableJson({ bbox: [1.5, 2, 3, 4], none: [] })).toBe('{\n  "bbox": [1.5, 2, 3, 4],\n  "none": []\n}')
})

test('a frame is scaled down to the longer side, never up', () => {
  expect(scaledSize(1920, 1080, 960)).toEqual({ width: 960, height: 540 })
  expect(scaledSize(320, 240, 960)).toEqual({ width: 320, height: 240 })
})

test('each refusal of the camera has its own words and a way on', () => {
  expect(['NotAllowedError', 'NotFoundError', 'NotReadableError'].map(stateOfRefusal)).toEqual([
    'denied',
    'none',
    'busy',
  ])
  const retry = vi.fn()
  render(<CameraNotice camera={{ state: 'denied', retry }} />, { wrapper: TestFrame })
  expect(screen.getByRole('alert').textContent).toContain('not allowed')
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }))
  expect(retry).toHaveBeenCalled()
})
