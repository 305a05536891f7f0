import { AppError } from '@hearth/contract'

/** Milliseconds between two looks. */
const interval = 30_000

/**
 * Asks again and again whether whoever opened a long connection may still have it: a key may have been revoked.
 * @param ask as at the beginning; throws where the answer is no. A database that is away is no answer.
 * @param leave called once with the refusal.
 * @returns ends it.
 */
export function askAgain(ask: () => Promise<unknown>, leave: (refusal: AppError) => void): () => void {
  const timer = setInterval(() => {
    ask().catch((error: unknown) => {
      if (!(error instanceof AppError) || error.retryable) return
      clearInterval(timer)
      leave(error)
    })
  }, interval)
  timer.unref()
  return () => clearInterval(timer)
}
