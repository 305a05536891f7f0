import type { AppError } from '@hearth/contract'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ApiContext } from '../../http/env.ts'
import { type ErrorAnswer, statusOf } from '../../http/errors.ts'

/** The types that Anthropic's clients know. */
const types: Partial<Record<AppError['code'], string>> = {
  'invalid-input': 'invalid_request_error',
  'unsupported-media': 'invalid_request_error',
  'does-not-fit': 'invalid_request_error',
  unauthenticated: 'authentication_error',
  forbidden: 'permission_error',
  'not-found': 'not_found_error',
  'model-not-installed': 'not_found_error',
  conflict: 'conflict_error',
  'too-large': 'request_too_large',
  'rate-limited': 'rate_limit_error',
  'device-busy': 'overloaded_error',
  unavailable: 'overloaded_error',
}

/** A bad request is 400, whatever is bad about it; a server that is full or without workers is 529, as Anthropic's. */
function anthropicStatus(error: AppError): ContentfulStatusCode {
  const type = types[error.code]
  if (type === 'invalid_request_error') return 400
  return type === 'overloaded_error' ? (529 as ContentfulStatusCode) : statusOf(error)
}

/** The hint is part of the message, because that is all that clients show. */
export function anthropicErrorBody(c: ApiContext, error: AppError) {
  const said = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`
  return {
    type: 'error',
    error: {
      type: types[error.code] ?? 'api_error',
      message: error.hint === undefined ? error.message : `${said} ${error.hint}`,
      details: { error_code: error.code.replaceAll('-', '_') },
    },
    request_id: c.get('requestId'),
  }
}

export const errorAnswer: ErrorAnswer = (c, error) => c.json(anthropicErrorBody(c, error), anthropicStatus(error))
