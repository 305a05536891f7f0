import { AppError } from '@hearth/contract'
import type { ApiContext } from '../http/env.ts'

const form = /^[\x21-\x7e]{1,255}$/

/** Names a request so that sending it again gives the earlier job. @throws AppError `invalid-input`. */
export function idempotencyKey(c: ApiContext): string | undefined {
  const key = c.req.header('idempotency-key')
  if (key === undefined || form.test(key)) return key
  throw new AppError('invalid-input', 'the Idempotency-Key has to be 1 to 255 visible ASCII characters')
}
