import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ControlsProps, Fields, Values } from '@hearth/ui'
import { TestFrame } from '@hearth/ui/testing'
import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { panel } from './panel.tsx'
import { SamplingControls } from './sampling-controls.tsx'
import { task } from './spec.ts'

afterEach(cleanup)

const fields = z.toJSONSchema(task.input, { io: 'input', unrepresentable: 'any' }).properties as Fields
const { en, zh } = panel.messages

function show(values: Values): ReturnType<typeof vi.fn> {
  const change = vi.fn()
  const props: ControlsProps = {
    ...{ values, change, fields, defaults: {}, problem: null, history: [], autoFocus: false, model: null },
    media: { store: async () => 'upload:12345678', address: reference => reference },
    t: key => String(en[key] ?? key),
  }
  render(<SamplingControls {...props} />, { wrapper: TestFrame })
  return change
}

test('the panel belongs to its spec, and a run is called by its last question', () => {
  expect(panel.task).toBe(task.id)
  expect(panel.title(task.examples[0]?.input as Values)).toBe('What is the capital of France?')
  expect(panel.title({})).toBe('')
})

test('both languages have the same texts, and each is shown somewhere', () => {
  expect(Object.keys(zh)).toEqual(Object.keys(en))
  const code = readdirSync(import.meta.dirname)
    .filter(name => /\.tsx?$/.test(name) && !name.includes('.test.'))
    .map(name => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n')
  // The studio itself asks for these.
  const asked = ['title', 'tab', 'action']
  expect(Object.keys(en).filter(key => !asked.includes(key) && !code.includes(`'${key}'`))).toEqual([])
})

test('what is not set is the model’s own, and an emptied field goes back to that', () => {
  const change = show({ max_tokens: 48 })
  expect(screen.getByRole('slider', { name: 'Temperature' }).getAttribute('aria-valuetext')).toBe("model's own")
  fireEvent.change(screen.getByRole('slider', { name: 'Temperature' }), { target: { value: '0.4' } })
  expect(change).toHaveBeenLastCalledWith({ temperature: 0.4 })
  fireEvent.change(screen.getByRole('textbox', { name: 'Tokens at most' }), { target: { value: '' } })
  expect(change).toHaveBeenLastCalledWith({ max_tokens: undefined })
  fireEvent.change(screen.getByRole('textbox', { name: 'Tokens at most' }), { target: { value: '0' } })
  expect(change).toHaveBeenLastCalledWith({ max_tokens: 1 })
})
