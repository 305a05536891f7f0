import { AppError } from '@hearth/contract'

/**
 * What a log line needs of an error. A stack only where nobody foresaw it; never the whole object, to which drivers
 * hang their connections.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) }
  const code = 'code' in error ? { code: error.code } : {}
  const foreseen = error instanceof AppError ? error.code !== 'internal' : 'syscall' in error
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) }
  return { message: error.message, ...code, ...(foreseen ? {} : { stack: error.stack, ...cause }) }
}
