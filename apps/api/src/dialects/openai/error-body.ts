import type { AppError } from '@hearth/contract'
import { statusOf } from '../../http/errors.ts'

/** Fields of our tasks under the names that clients of this dialect know. */
const params: Record<string, string> = {
  width: 'size',
  height: 'size',
  steps: 'num_inference_steps',
  format: 'output_format',
}

const types: Partial<Record<AppError['code'], string>> = {
  'rate-limited': 'rate_limit_error',
  internal: 'server_error',
  'engine-crashed': 'server_error',
  'model-broken': 'server_error',
  'insufficient-storage': 'server_error',
  unavailable: 'server_error',
  'device-busy': 'rate_limit_error',
}

const codes: Partial<Record<AppError['code'], string>> = {
  unauthenticated: 'invalid_api_key',
  'rate-limited': 'rate_limit_exceeded',
  'model-not-installed': 'model_not_found',
  unavailable: 'service_unavailable',
  'device-busy': 'rate_limit_exceeded',
  internal: 'server_error',
}

/** The status that OpenAI's clients expect: a bad field is 400, too much at once is 429. */
export function openaiStatus(error: AppError) {
  if (error.code === 'device-busy') return 429
  const status = statusOf(error)
  return status === 422 ? 400 : status
}

/**
 * OpenAI's error, all four keys of it; `detail` beside it is what readers of SiliconFlow-like proxies look for.
 * The hint is part of the message, because that is all that clients show.
 */
export function openaiErrorBody(error: AppError) {
  const message = error.hint === undefined ? error.message : `${sentence(error.message)} ${error.hint}`
  const code = error.code === 'not-found' && error.path?.[0] === 'model' ? 'model_not_found' : codes[error.code]
  return {
    error: {
      message,
      type: types[error.code] ?? 'invalid_request_error',
      param: paramOf(error),
      code: code ?? (error.status < 500 ? error.code.replaceAll('-', '_') : 'server_error'),
    },
    detail: message,
  }
}

function paramOf({ path }: AppError): string | null {
  const [first, ...rest] = path ?? []
  if (first === undefined) return null
  return [params[String(first)] ?? first, ...rest].join('.')
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}
