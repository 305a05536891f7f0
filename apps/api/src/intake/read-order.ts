import { AppError, priorities, type Task } from '@hearth/contract'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { type FormValue, readBody } from '../http/body.ts'
import type { ApiContext } from '../http/env.ts'
import type { Order } from './accept-job.ts'
import { idempotencyKey } from './idempotency-key.ts'
import { type InputField, inputFields } from './media-fields.ts'

const envelope = z.object({
  input: z.record(z.string(), z.unknown()),
  model: z.string().min(1).max(200).optional(),
  priority: z.enum(priorities).optional(),
})

/** Bytes that a body may have: pictures in base64 are a third larger than their files. */
export function bodyLimit(deps: ApiDeps): number {
  return Math.ceil(deps.config.maxUpload * 1.4) + (1 << 20)
}

/** What a native request orders: JSON `{input, model, priority}`, or a form whose parts are the fields of the input. */
export async function readOrder(deps: ApiDeps, c: ApiContext, task: Task): Promise<Order> {
  const body = await readBody(c, bodyLimit(deps))
  const parsed = envelope.safeParse(body.kind === 'json' ? body.value : fromForm(task, body.fields))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = (issue?.path ?? []).map(part => (typeof part === 'symbol' ? String(part) : part))
    throw new AppError('invalid-input', `${path.join('.') || 'body'}: ${issue?.message ?? 'not understood'}`, {
      path,
      hint: 'Send {"input": {...}, "model": "...", "priority": "normal"}; only input is needed.',
    })
  }
  const { input, model, priority } = parsed.data
  requireKnownFields(task, input)
  return { task, input, model, priority, idempotencyKey: idempotencyKey(c), requestHash: `${task.id} ${body.digest}` }
}

/** A misspelt field would otherwise be left out without a word. */
function requireKnownFields(task: Task, input: Record<string, unknown>): void {
  const names = inputFields(task).map(({ name }) => name)
  const unknown = Object.keys(input).find(name => !names.includes(name))
  if (unknown === undefined) return
  throw new AppError('invalid-input', `${unknown.slice(0, 100)}: ${task.id} has no such field`, {
    path: ['input', unknown.slice(0, 100)],
    hint: `It has ${names.join(', ')}.`,
  })
}

function fromForm(task: Task, fields: readonly [string, FormValue][]) {
  const input: Record<string, unknown> = {}
  const beside: Record<string, unknown> = {}
  for (const [name, value] of fields) {
    const field = inputFields(task).find(field => field.name === name)
    if (name === 'input' && typeof value === 'string') Object.assign(input, objectOf(value))
    else if (!field && (name === 'model' || name === 'priority')) beside[name] = value
    else if (field?.many) input[name] = [...((input[name] as unknown[] | undefined) ?? []), value]
    else input[name] = field ? formValue(field, value) : value
  }
  return { ...beside, input }
}

/** Forms know only text: numbers, truth values and structures are read as the field's schema has them. */
export function formValue(field: InputField, value: FormValue): unknown {
  if (typeof value !== 'string' || field.media !== undefined || field.type === 'string') return value
  if (field.type === 'integer' || field.type === 'number') return value.trim() === '' ? value : Number(value)
  if (field.type === 'boolean')
    return value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value
  try {
    return JSON.parse(value)
  } catch {
    // The field's own schema says what was expected.
    return value
  }
}

function objectOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value
  } catch (cause) {
    throw new AppError('invalid-input', 'input: not valid JSON', { path: ['input'], cause })
  }
  throw new AppError('invalid-input', 'input: expected a JSON object', { path: ['input'] })
}
