import type { JobView } from '@hearth/contract'
import type { ControlsProps, Fields, Messages, Values } from '@hearth/ui'
import { TestFrame } from '@hearth/ui/testing'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { panel } from './panel.tsx'
import { task } from './spec.ts'

afterEach(cleanup)

const fields = z.toJSONSchema(task.input, { io: 'input' }).properties as Fields
const texts =
  (messages: Messages) =>
  (key: string, values: Record<string, string | number> = {}) =>
    Object.entries(values).reduce(
      (text, [name, value]) => text.replace(`{${name}}`, String(value)),
      String(messages[key] ?? key),
    )
const t = texts(panel.messages.en)

function props(values: Values, change = vi.fn()): ControlsProps {
  return {
    ...{ values, change, fields, problem: null, t, history: [], autoFocus: false, model: null },
    defaults: {
      n: 1,
      seed: -1,
      steps: 20,
      guidance_scale: 2,
      width: 128,
      height: 128,
      sampler: 'euler',
      format: 'png',
    },
    media: { store: async () => 'upload:12345678', address: reference => reference },
  }
}

test('the panel belongs to its spec and knows only its fields', () => {
  expect(panel.task).toBe(task.id)
  for (const field of panel.keeps) expect(Object.keys(fields)).toContain(field)
  expect(Object.keys(panel.messages.zh).sort()).toEqual(Object.keys(panel.messages.en).sort())
})

test('what is typed becomes the input, an emptied prompt goes away', () => {
  const change = vi.fn()
  render(<panel.lead {...props({ prompt: 'fox' }, change)} />, { wrapper: TestFrame })
  fireEvent.change(screen.getByLabelText('Prompt'), { target: { value: 'red fox' } })
  expect(change).toHaveBeenLastCalledWith({ prompt: 'red fox' })
  fireEvent.change(screen.getByLabelText('Prompt'), { target: { value: '' } })
  expect(change).toHaveBeenLastCalledWith({ prompt: undefined })
})

test('ranges of the controls are those of the spec', () => {
  render(<panel.controls {...props({ steps: 150 })} />, { wrapper: TestFrame })
  const steps = screen.getByLabelText('Steps')
  expect([steps.getAttribute('min'), steps.getAttribute('max')]).toEqual(['1', '150'])
  const pictures = screen.getByLabelText('Pictures')
  expect([pictures.getAttribute('aria-valuemin'), pictures.getAttribute('aria-valuemax')]).toEqual(['1', '8'])
})

test('a number that is typed beyond the range is brought back into it', () => {
  const change = vi.fn()
  render(<panel.controls {...props({}, change)} />, { wrapper: TestFrame })
  const pictures = screen.getByLabelText('Pictures')
  fireEvent.change(pictures, { target: { value: '99' } })
  expect(change).not.toHaveBeenCalled()
  fireEvent.blur(pictures)
  expect(change).toHaveBeenLastCalledWith({ n: 8 })
})

test('a refusal stands at the field that it names', () => {
  const problem = { code: 'invalid-input' as const, message: 'too many steps', path: ['steps'], retryable: false }
  render(<panel.controls {...props({})} problem={problem} />, { wrapper: TestFrame })
  expect(screen.getByLabelText('Steps').getAttribute('aria-describedby')).toBe(
    screen.getByText('too many steps').closest('p')?.id,
  )
})

const job = {
  input: { prompt: 'fox', n: 2 },
  output: {
    images: [],
    seed: 40,
    parameters: { prompt: 'fox', steps: 12, guidance_scale: 2.5, sampler: 'euler', width: 128, height: 96 },
    notes: ['The prompt was long.'],
  },
  outputs: [0, 1].map(index => ({
    name: `image-${index}.png`,
    mime: 'image/png',
    bytes: 1,
    sha256: '',
    url: '',
    width: 128,
    height: 96,
  })),
  model: 'starter',
  state: 'succeeded',
} as Partial<JobView> as JobView

test('one picture of several is made again alone, by its own seed', () => {
  expect(panel.settings(job, 1)).toEqual({ prompt: 'fox', seed: 41 })
  expect(task.input.safeParse(panel.settings(job, 1)).success).toBe(true)
})

test('parameters are those that were used, notes included', () => {
  const rows = Object.fromEntries(panel.parameters(job, 0, t).map(({ label, value }) => [label, value]))
  expect(rows).toMatchObject({
    Sampler: 'Euler, 12 steps',
    Guidance: '2.5',
    Seed: '40',
    Size: '128 × 96',
    Note: 'The prompt was long.',
  })
})
