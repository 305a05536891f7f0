import type { AppError } from '@hearth/contract'
import type { ApiContext } from '../../http/env.ts'
import { type ErrorAnswer, statusOf } from '../../http/errors.ts'

const types: Partial<Record<AppError['code'], string>> = {
  unauthenticated: 'authentication_error',
  forbidden: 'permission_error',
  'not-found': 'not_found_error',
  'model-not-installed': 'not_found_error',
  conflict: 'conflict_error',
  cancelled: 'cancelled_error',
  'rate-limited': 'rate_limit_error',
  'device-busy': 'service_unavailable',
  unavailable: 'service_unavailable',
}

/** A bad field is 400 at this gateway. */
function siraStatus(error: AppError) {
  const status = statusOf(error)
  return status === 422 ? 400 : status
}

/** What is wrong, its code the status as a number. The hint is part of the message, because that is all there is. */
export function errorFields(error: AppError) {
  const code = siraStatus(error)
  const said = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`
  return {
    message: error.hint === undefined ? error.message : `${said} ${error.hint}`,
    type: types[error.code] ?? (code < 500 ? 'invalid_request_error' : 'server_error'),
    code,
  }
}

export function siraErrorBody(c: ApiContext, error: AppError) {
  return { error: errorFields(error), request_id: c.get('requestId') }
}

export const errorAnswer: ErrorAnswer = (c, error) => c.json(siraErrorBody(c, error), siraStatus(error))
