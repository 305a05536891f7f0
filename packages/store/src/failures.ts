import { AppError } from '@hearth/contract'

/** Seconds after which a client should ask again while the database is away: the supervisor restarts it within that. */
const retryAfter = 2

const networkCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
]
// pg reports these without a code.
const connectionMessages =
  /connection terminated|connection error and is not queryable|timeout exceeded when trying to connect|timeout expired|query read timeout|client was closed|cannot use a pool after calling end/i
// 08 connection, 53 resources, 57P0x shutdown and start-up, 40 serialisation and deadlock: the same query may succeed later.
const passingStates = /^(08...|53...|57P0[1-4]|40...)$/
// Characters that text or jsonb cannot hold, and malformed values.
const unstorableStates = ['22021', '22P05', '22P02']

/** Any error of the driver as an AppError. Query text and parameters stay in the cause. */
export function storeError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  for (const error of causes(thrown)) {
    const code = codeOf(error)
    if (networkCodes.includes(code) || passingStates.test(code) || connectionMessages.test(error.message)) {
      return new AppError('unavailable', `the database does not answer (${code || error.message})`, {
        hint: 'It is being restarted or cannot be reached. Try again shortly; `hearth status` says more.',
        retryAfter,
        cause: thrown,
      })
    }
    if (unstorableStates.includes(code)) {
      return new AppError(
        'invalid-input',
        'the text holds characters that cannot be stored (NUL or half a character)',
        {
          hint: 'Remove control characters from the input.',
          cause: thrown,
        },
      )
    }
  }
  return new AppError('internal', 'the database refused a query', { cause: thrown })
}

function* causes(thrown: unknown): Generator<Error> {
  let current = thrown
  while (current instanceof Error) {
    yield current
    if (current instanceof AggregateError) yield* current.errors.filter(error => error instanceof Error)
    current = current.cause
  }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
