import { AppError, parseInput, type Task } from '@hearth/contract'
import type { ApiDeps } from '../deps.ts'
import { type InputField, inputFields } from '../intake/media-fields.ts'
import { requireLive } from '../intake/run-order.ts'
import { liveReference } from './live-lane.ts'

/** The task of a stream, and the field that takes a frame. @throws AppError `not-found`, `invalid-input`. */
export function lookingTask({ tasks }: Pick<ApiDeps, 'tasks'>, id: string): { task: Task; field: InputField } {
  const task = tasks.find(task => task.id === id)
  if (!task) throw new AppError('not-found', `there is no task ${id.slice(0, 100)}`, { path: ['task'] })
  requireLive(task)
  const field = inputFields(task).find(({ media, many }) => media === 'image' && !many)
  if (field) return { task, field }
  throw new AppError('invalid-input', `${task.id} does not look at one picture`, { path: ['task'] })
}

/** @throws AppError `invalid-input` naming the option. */
export function requireOptions(task: Task, field: InputField, options: Record<string, unknown>): void {
  const names = inputFields(task).flatMap(({ name }) => (name === field.name ? [] : name))
  const unknown = Object.keys(options).find(name => !names.includes(name))
  if (unknown !== undefined) {
    throw new AppError('invalid-input', `${unknown.slice(0, 100)}: ${task.id} has no such option`, {
      path: ['options', unknown.slice(0, 100)],
      hint: `It has ${names.join(', ')}.`,
    })
  }
  parseInput(task, { ...options, [field.name]: liveReference(0) })
}

/** What is wrong with a frame at first sight; the rest is found by whoever decodes it. */
export function faultOf(bytes: Uint8Array, limit: number): AppError | undefined {
  if (bytes.byteLength > limit) {
    return new AppError('too-large', `the frame has ${bytes.byteLength} bytes, more than ${limit}`, {
      hint: 'Send smaller frames: 640 pixels of width are plenty for most models.',
    })
  }
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 12))
  const jpeg = view[0] === 0xff && view[1] === 0xd8
  const png = view.toString('latin1', 0, 4) === '\x89PNG'
  const webp = view.toString('latin1', 0, 4) === 'RIFF' && view.toString('latin1', 8, 12) === 'WEBP'
  if (jpeg || png || webp) return undefined
  return new AppError('unsupported-media', 'a frame has to be JPEG, WebP or PNG')
}
