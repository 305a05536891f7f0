/** Every way in which Hearth says no. The number is the HTTP status that dialects start from. */
export const errorStatus = {
  'invalid-input': 422,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'model-not-installed': 404,
  conflict: 409,
  'too-large': 413,
  'unsupported-media': 415,
  'does-not-fit': 422,
  'rate-limited': 429,
  cancelled: 499,
  internal: 500,
  'engine-crashed': 500,
  'model-broken': 500,
  'insufficient-storage': 507,
  unavailable: 503,
  'device-busy': 503,
} as const

export type ErrorCode = keyof typeof errorStatus

/** What a client, a job row or another process is told of an error: no stack, no cause. */
export interface ErrorReport {
  code: ErrorCode
  /** What happened. */
  message: string
  /** What to do now. */
  hint?: string
  /** Path of the offending field, as in `["image"]`. */
  path?: (string | number)[]
  /** True when the same request may succeed later. */
  retryable: boolean
  /** Seconds after which a retry makes sense. */
  retry_after?: number
}

export interface AppErrorOptions {
  hint?: string
  path?: (string | number)[]
  retryable?: boolean
  retryAfter?: number
  cause?: unknown
}

const retryableCodes: readonly ErrorCode[] = ['rate-limited', 'unavailable', 'device-busy']

/** The one error class of Hearth: made where the cause is known, mapped once per dialect at the door. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly hint: string | undefined
  readonly path: (string | number)[] | undefined
  readonly retryable: boolean
  readonly retryAfter: number | undefined

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.status = errorStatus[code]
    this.hint = options.hint
    this.path = options.path
    this.retryable = options.retryable ?? retryableCodes.includes(code)
    this.retryAfter = options.retryAfter
  }

  /** The part that may leave the process. */
  report(): ErrorReport {
    return {
      code: this.code,
      message: this.message,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.path === undefined ? {} : { path: this.path }),
      retryable: this.retryable,
      ...(this.retryAfter === undefined ? {} : { retry_after: this.retryAfter }),
    }
  }

  /** Rebuilds an error from its report, as received from another process. */
  static from(report: ErrorReport): AppError {
    return new AppError(report.code, report.message, {
      ...(report.hint === undefined ? {} : { hint: report.hint }),
      ...(report.path === undefined ? {} : { path: report.path }),
      retryable: report.retryable,
      ...(report.retry_after === undefined ? {} : { retryAfter: report.retry_after }),
    })
  }
}

/** Any thrown value as an AppError; one that is not is `internal` and keeps the original as its cause. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new AppError('internal', message, { cause: thrown })
}
