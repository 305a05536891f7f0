import type { AppError } from '@hearth/contract'
import { type ErrorAnswer, statusOf } from '../../http/errors.ts'

/** Ollama's error: a text, of which clients show everything. */
export function ollamaErrorBody({ message, hint }: AppError) {
  return { error: hint === undefined ? message : `${/[.!?]$/.test(message) ? message : `${message}.`} ${hint}` }
}

export const ollamaError: ErrorAnswer = (c, error) => {
  const status = statusOf(error)
  return c.json(ollamaErrorBody(error), status === 422 ? 400 : status)
}
