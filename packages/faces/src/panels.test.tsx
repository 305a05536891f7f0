import type { Translate } from '@hearth/ui'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { panel as detect } from './detect-faces/panel.tsx'
import { task as detectTask } from './detect-faces/spec.ts'
import { enrolmentCheck } from './enrolment-check.ts'
import { panel as recognise } from './recognise-faces/panel.tsx'
import { task as recogniseTask } from './recognise-faces/spec.ts'

const t: Translate = (key, values = {}) => [key, ...Object.values(values)].join(' ')

const quality = { size: 120, sharpness: 90, brightness: 120, yaw: 3, pitch: 0, roll: 0 }
const face = {
  bbox: [10, 10, 130, 130] as [number, number, number, number],
  score: 0.9,
  landmarks: { left_eye: [40, 50], right_eye: [90, 50], nose: [65, 80] },
  quality,
}
const size = { width: 200, height: 200 }

test.each([
  [detect, detectTask],
  [recognise, recogniseTask],
] as const)('the panel fits its spec: %#', (panel, task) => {
  const fields = Object.keys(z.toJSONSchema(task.input, { io: 'input' }).properties ?? {})
  expect(panel.task).toBe(task.id)
  for (const field of panel.keeps) expect(fields).toContain(field)
  expect(Object.keys(panel.messages.zh).sort()).toEqual(Object.keys(panel.messages.en).sort())
  expect(task.input.safeParse({ ...panel.look.wide, image: 'upload:picture1' }).error).toBeUndefined()
})

test('a face shows its places, and goes when the slider is above it', () => {
  const output = { ...size, faces: [face] }
  expect(detect.look.sight(output, { min_score: 0.5 }, t).findings).toMatchObject([
    {
      points: [
        [40, 50],
        [90, 50],
        [65, 80],
      ],
      detail: 'face_detail 120 3',
    },
  ])
  expect(detect.look.sight(output, { min_score: 0.95 }, t).findings).toEqual([])
})

test('who is known has the name, who is not is unknown, whatever the likeness', () => {
  const known = { ...face, person: { id: '1', name: 'Ada' }, similarity: 0.8, margin: 0.31 }
  const stranger = { ...face, person: null, similarity: 0.59, margin: null }
  const empty = { ...face, person: null, similarity: null, margin: null }
  const output = { ...size, faces: [known, stranger, empty] }
  expect(recognise.look.sight(output, { min_score: 0.5 }, t).findings).toMatchObject([
    { label: 'Ada', score: 0.8, tone: 'good', detail: 'margin 0.31' },
    { label: 'unknown', score: 0.59, tone: 'unknown' },
    { label: 'unknown', score: null, tone: 'unknown' },
  ])
})

test('a picture is judged before it is sent as it will be after', () => {
  expect(enrolmentCheck.judge({ ...size, faces: [face] }).refused).toEqual([])
  expect(enrolmentCheck.judge({ ...size, faces: [] }).refused).toEqual(['no-face'])
  expect(enrolmentCheck.judge({ ...size, faces: [face, face] }).refused).toEqual(['many-faces'])
  const small = { ...face, quality: { ...quality, size: 20, yaw: 70 } }
  expect(enrolmentCheck.judge({ ...size, faces: [small] }).refused).toEqual(['too-small', 'turned'])
})
