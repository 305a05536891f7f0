import { AppError, toAppError } from '@hearth/contract'
import type { Logger } from '@hearth/log'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { ApiContext } from './env.ts'

/** How a door says no. */
export type ErrorAnswer = (c: ApiContext, error: AppError) => Response

/** `{"error": {code, message, hint?, path?, retryable, retry_after?, request_id}}` */
export const nativeError: ErrorAnswer = (c, error) =>
  c.json({ error: { ...error.report(), request_id: c.get('requestId') } }, statusOf(error))

export function statusOf(error: AppError): ContentfulStatusCode {
  return error.status as ContentfulStatusCode
}

/** Any thrown value as the error that a client may see; what is not ours is logged with its stack and told as such. */
export function presentable(thrown: unknown, c: ApiContext, log: Logger): AppError {
  const error = toAppError(thrown)
  c.get('wide').error = { code: error.code, message: error.message }
  if (error.code === 'internal') log.error({ request: c.get('requestId'), error: thrown }, 'a request failed')
  // Our own errors say what may leave; the words of others may tell of the inside.
  return thrown instanceof AppError ? error : internal
}

/** Says nothing of the inside; the log has the rest under the request's id. */
const internal = new AppError('internal', 'something went wrong inside Hearth', {
  hint: 'The log has the cause under the id of this request.',
})

/** Headers that every refusal carries, whatever its body looks like. */
export function errorHeaders(c: ApiContext, error: AppError): void {
  c.header('cache-control', 'no-store')
  if (error.retryAfter !== undefined) {
    c.header('retry-after', String(Math.max(1, Math.ceil(error.retryAfter))))
  }
  c.header('x-should-retry', String(error.retryable))
  // The rest of a body that is not read would be taken for the next request.
  if (error.code === 'too-large') c.header('connection', 'close')
}
