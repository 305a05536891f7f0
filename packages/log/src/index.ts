import type { Config } from '@hearth/config'
import pino from 'pino'
import { Registry } from 'prom-client'

export type Logger = pino.Logger

/** Field names whose values never reach a log, at the top level and one and two levels down. */
const secret = [
  'authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'x-goog-api-key',
  'api-key',
  'key',
  'token',
  'auth',
  'password',
  'secret',
]

/**
 * A logger for one process: JSON lines on stderr, one wide event per request, job and engine run.
 * @param name of the process, on every line.
 */
export function createLogger(
  config: Pick<Config, 'logLevel'>,
  name: string,
  destination?: pino.DestinationStream,
): Logger {
  const paths = secret.flatMap(field => [`["${field}"]`, `*["${field}"]`, `*.*["${field}"]`])
  return pino(
    {
      name,
      level: config.logLevel,
      redact: { paths, censor: '[redacted]' },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: pino.stdSerializers.err },
    },
    destination ?? pino.destination({ fd: 2, sync: true }),
  )
}

/** Metrics of this process, in Prometheus' format through `metrics.metrics()`. */
export const metrics = new Registry()
