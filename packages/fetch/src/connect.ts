import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import type { buildConnector } from 'undici'

let context: SecureContext | undefined

/**
 * TLS that trusts the certificates of this machine's own store beside Node's, so that a company's authority works
 * without further settings.
 */
export function connectOptions(): buildConnector.BuildOptions {
  context ??= createSecureContext({
    ca: [...new Set([...getCACertificates('default'), ...getCACertificates('system')])],
  })
  return { secureContext: context, timeout: 15_000 }
}

/** The words of the innermost cause: undici and node wrap what happened. */
export function causeText(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return causeText(error.errors[0])
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return causeText(error.cause)
  const code = (error as NodeJS.ErrnoException).code
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`
}
