import { ConfigError } from '@hearth/config'
import { AppError } from '@hearth/contract'

/** Says on stderr what went wrong and what to do. @returns the exit code: 2 for a wrong call, else 1. */
export function explain(error: unknown): number {
  if (error instanceof AppError) {
    console.error(error.message)
    if (error.hint) console.error(error.hint)
    return error.code === 'invalid-input' ? 2 : 1
  }
  if (error instanceof ConfigError) {
    console.error(error.message)
    return 2
  }
  // Not foreseen: whoever mends it needs the place.
  console.error(error)
  return 1
}
