import type { ControlsProps, Fields, Values } from '@hearth/ui'
import { TestFrame } from '@hearth/ui/testing'
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { panel } from './panel.tsx'
import { task } from './spec.ts'

afterEach(cleanup)

const fields = z.toJSONSchema(task.input, { io: 'input', unrepresentable: 'any' }).properties as Fields
const t = (key: string) => String(panel.messages.en[key] ?? key)

function props(values: Values, change = vi.fn(), store = vi.fn(async () => 'upload:12345678')): ControlsProps {
  return {
    ...{ values, change, fields, problem: null, t, history: [], autoFocus: false, model: null },
    defaults: { n: 1, seed: -1, steps: 20, strength: 0.75 },
    media: { store, address: reference => `/shown/${reference}` },
  }
}

test('the panel belongs to its spec, and takes pictures where the spec does', () => {
  expect(panel.task).toBe(task.id)
  expect(fields[panel.accepts?.field ?? '']?.media).toBe('image')
  for (const field of panel.keeps) expect(Object.keys(fields)).toContain(field)
  expect(Object.keys(panel.messages.zh).sort()).toEqual(Object.keys(panel.messages.en).sort())
})

test('nothing runs before there is a picture', () => {
  expect(panel.missing({ prompt: 'fox' })).toBe('need_image')
  expect(panel.missing({ image: 'upload:12345678' })).toBeNull()
})

test('a dropped picture is stored and takes the place of the old one and its mask', async () => {
  const change = vi.fn()
  render(<panel.lead {...props({}, change)} />, { wrapper: TestFrame })
  const file = new File(['x'], 'a.png', { type: 'image/png' })
  const place = screen.getByText('Drop, paste or choose a picture')
  fireEvent.drop(place, { dataTransfer: { files: [file], types: ['Files'] } })
  await waitFor(() => expect(change).toHaveBeenCalledWith({ image: 'upload:12345678', mask: undefined }))
})

test('a file that is no picture is refused in words, and nothing is sent', async () => {
  const store = vi.fn(async () => 'upload:12345678')
  render(<panel.lead {...props({}, vi.fn(), store)} />, { wrapper: TestFrame })
  const file = new File(['x'], 'a.txt', { type: 'text/plain' })
  fireEvent.drop(screen.getByText('Drop, paste or choose a picture'), { dataTransfer: { files: [file] } })
  await waitFor(() => expect(screen.getByRole('alert').textContent).toContain('not a picture'))
  expect(store).not.toHaveBeenCalled()
})

test('a mask can be taken away again', () => {
  const change = vi.fn()
  render(<panel.lead {...props({ image: 'upload:12345678', mask: 'upload:87654321' }, change)} />, {
    wrapper: TestFrame,
  })
  fireEvent.click(screen.getByRole('button', { name: 'Remove the mask' }))
  expect(change).toHaveBeenCalledWith({ mask: undefined })
})
