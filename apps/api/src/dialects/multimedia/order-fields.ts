import { AppError } from '@hearth/contract'
import type { Body } from '../../http/body.ts'

/** Fields of this dialect under their names in our tasks. What is not listed is ignored, as the original does. */
const names: Record<string, string> = {
  prompt: 'prompt',
  negative_prompt: 'negative_prompt',
  width: 'width',
  height: 'height',
  num_inference_steps: 'steps',
  guidance_scale: 'guidance_scale',
  seed: 'seed',
  strength: 'strength',
  image: 'image',
}
const numbers = ['width', 'height', 'num_inference_steps', 'guidance_scale', 'seed', 'strength']

/** Input and model of a task, out of a request of this dialect. Null and empty fields count as absent. */
export function orderFields(body: Body): { input: Record<string, unknown>; model: string | undefined } {
  const given = fieldsOf(body)
  const input: Record<string, unknown> = {}
  for (const [name, ours] of Object.entries(names)) {
    const value = given[name]
    if (value === undefined || value === null) continue
    const isText = typeof value === 'string'
    if (isText && value === '' && name !== 'prompt') continue
    input[ours] = isText && body.kind === 'form' && numbers.includes(name) ? Number(value) : value
  }
  const model = given.model_id
  if (model !== undefined && model !== null && typeof model !== 'string') {
    throw new AppError('invalid-input', 'model_id: expected a text', { path: ['model_id'] })
  }
  return { input, model: model || undefined }
}

/** Whatever was sent, by name. @throws AppError `invalid-input` unless it is a form or a JSON object. */
export function fieldsOf(body: Body): Record<string, unknown> {
  if (body.kind === 'form') return Object.fromEntries(body.fields)
  const { value } = body
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return { ...value }
  throw new AppError('invalid-input', 'the body has to be a JSON object')
}

/** Tells a bad field under the name that the client knows. */
export function inTheirWords(thrown: unknown): unknown {
  if (!(thrown instanceof AppError) || thrown.path?.[0] !== 'steps') return thrown
  const { path: [, ...rest] = [], message, ...report } = thrown.report()
  return AppError.from({
    ...report,
    message: message.replace(/\bsteps:/g, 'num_inference_steps:'),
    path: ['num_inference_steps', ...rest],
  })
}
