import { expect, test } from 'vitest'
import { z } from 'zod'
import { withinRange } from './number-controls.tsx'
import type { Fields } from './panel.ts'
import { sizeOf } from './size-field.tsx'
import { splitBytes } from './units.ts'
import { defaultsOf, optionsOf, rangeOf } from './values.ts'

const spec = z.object({
  steps: z.int().min(1).max(150).optional(),
  size: z.int().min(64).max(2048).multipleOf(8).nullable(),
  share: z.number().gt(0).max(1).default(0.5),
  format: z.enum(['png', 'jpeg']).default('png'),
})
const fields = z.toJSONSchema(spec, { io: 'input' }).properties as Fields

test('ranges and choices are those of the spec', () => {
  expect(rangeOf(fields, 'steps')).toEqual({ min: 1, max: 150, step: 1 })
  expect(rangeOf(fields, 'size')).toEqual({ min: 64, max: 2048, step: 8 })
  expect(rangeOf(fields, 'share')).toEqual({ min: 0, max: 1 })
  expect(optionsOf(fields, 'format')).toEqual(['png', 'jpeg'])
})

test('the model has the first word on defaults, but only on fields that exist', () => {
  const model = { defaults: { steps: 20, format: 'jpeg', unknown: 1 } }
  expect(defaultsOf(fields, model)).toEqual({ share: 0.5, steps: 20, format: 'jpeg' })
  expect(defaultsOf(fields, null)).toEqual({ share: 0.5, format: 'png' })
})

test('numbers are brought into the range, on its grid', () => {
  expect(withinRange(70, { min: 64, max: 2048, step: 8 })).toBe(72)
  expect(withinRange(5000, { min: 64, max: 2048, step: 8 })).toBe(2048)
  expect(withinRange(0.5, {})).toBe(0.5)
})

test('a shape has about the area that suits the model, in steps that are allowed', () => {
  const range = { min: 64, max: 2048, step: 8 }
  expect(sizeOf([1, 1], 512, range)).toEqual({ width: 512, height: 512 })
  expect(sizeOf([16, 9], 512, range)).toEqual({ width: 680, height: 384 })
  expect(sizeOf([9, 16], 64, range)).toEqual({ width: 64, height: 88 })
})

test('bytes have the precision that fits', () => {
  expect([512, 21_400_000, 2_100_000_000, 128_400_000_000].map(splitBytes)).toEqual([
    { value: 512, unit: 'B' },
    { value: 21, unit: 'MB' },
    { value: 2.1, unit: 'GB' },
    { value: 128, unit: 'GB' },
  ])
})
