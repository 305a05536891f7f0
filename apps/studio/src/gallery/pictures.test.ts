import type { JobView } from '@hearth/contract'
import { expect, test } from 'vitest'
import { byDay, picturesOf } from './pictures.ts'

const file = (name: string, mime: string) => ({ name, mime, bytes: 1, sha256: '', url: `/${name}` })
const job = (id: string, created_at: string, files: ReturnType<typeof file>[]) =>
  ({ id, created_at, outputs: files }) as Partial<JobView> as JobView

test('pictures keep the place among their outputs, and other files are left out', () => {
  const pictures = picturesOf([
    job('a', '2026-11-21T10:00:00', [file('a.txt', 'text/plain'), file('b.png', 'image/png')]),
  ])
  expect(pictures.map(({ index, file }) => [index, file.name])).toEqual([[1, 'b.png']])
})

test('days follow each other in the order of the pictures', () => {
  const png = [file('p.png', 'image/png')]
  const pictures = picturesOf([
    job('c', '2026-11-21T10:00:00', png),
    job('b', '2026-11-21T08:00:00', png),
    job('a', '2026-11-20T23:00:00', png),
  ])
  expect(byDay(pictures).map(({ pictures }) => pictures.map(({ job }) => job.id))).toEqual([['c', 'b'], ['a']])
})
