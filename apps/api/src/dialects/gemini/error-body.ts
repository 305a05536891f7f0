import type { AppError, ErrorCode } from '@hearth/contract'
import { type ErrorAnswer, statusOf } from '../../http/errors.ts'

/** Names of Google's, each with the HTTP status it goes with. */
const statuses: Record<ErrorCode, string> = {
  'invalid-input': 'INVALID_ARGUMENT',
  unauthenticated: 'UNAUTHENTICATED',
  forbidden: 'PERMISSION_DENIED',
  'not-found': 'NOT_FOUND',
  'model-not-installed': 'NOT_FOUND',
  conflict: 'ABORTED',
  'too-large': 'INVALID_ARGUMENT',
  'unsupported-media': 'INVALID_ARGUMENT',
  'does-not-fit': 'FAILED_PRECONDITION',
  'rate-limited': 'RESOURCE_EXHAUSTED',
  cancelled: 'CANCELLED',
  internal: 'INTERNAL',
  'engine-crashed': 'INTERNAL',
  'model-broken': 'INTERNAL',
  'insufficient-storage': 'INTERNAL',
  unavailable: 'UNAVAILABLE',
  'device-busy': 'RESOURCE_EXHAUSTED',
}

/** Fields of our tasks under the names that clients of this dialect know. */
const names: Record<string, string> = {
  messages: 'contents',
  texts: 'content',
  dimensions: 'outputDimensionality',
  tool_choice: 'toolConfig.functionCallingConfig',
  response_format: 'generationConfig.responseSchema',
  temperature: 'generationConfig.temperature',
  top_p: 'generationConfig.topP',
  top_k: 'generationConfig.topK',
  n: 'generationConfig.candidateCount',
  max_tokens: 'generationConfig.maxOutputTokens',
  stop: 'generationConfig.stopSequences',
  presence_penalty: 'generationConfig.presencePenalty',
  frequency_penalty: 'generationConfig.frequencyPenalty',
  top_logprobs: 'generationConfig.logprobs',
}

/** The status that Google's clients expect: a bad field is 400. */
export function geminiStatus(error: AppError) {
  if (error.code === 'device-busy') return 429
  const status = statusOf(error)
  return status === 422 ? 400 : status
}

/** Google's error. Clients show its message and nothing else, so that the hint is part of it. */
export function geminiErrorBody(error: AppError) {
  const message = error.message.replace(/(?<=^|; )[a-z_]+(?=[.:])/g, name => names[name] ?? name)
  const details = detailsOf(error, message)
  return {
    error: {
      code: geminiStatus(error),
      message: error.hint === undefined ? message : `${/[.!?]$/.test(message) ? message : `${message}.`} ${error.hint}`,
      status: statuses[error.code],
      ...(details.length === 0 ? {} : { details }),
    },
  }
}

export const geminiError: ErrorAnswer = (c, error) => c.json(geminiErrorBody(error), geminiStatus(error))

function detailsOf({ code, path, retryAfter }: AppError, description: string): object[] {
  const type = (name: string) => `type.googleapis.com/google.rpc.${name}`
  const [first, ...rest] = path ?? []
  const field = first === undefined ? undefined : [names[String(first)] ?? first, ...rest].join('.')
  return [
    ...(code === 'unauthenticated'
      ? [{ '@type': type('ErrorInfo'), reason: 'API_KEY_INVALID', domain: 'googleapis.com' }]
      : []),
    ...(field === undefined ? [] : [{ '@type': type('BadRequest'), fieldViolations: [{ field, description }] }]),
    ...(retryAfter === undefined ? [] : [{ '@type': type('RetryInfo'), retryDelay: `${Math.ceil(retryAfter)}s` }]),
  ]
}
