import { AppError } from '@hearth/contract'
import { Redis, type RedisOptions } from 'ioredis'

/** Something that went wrong behind the scenes and is being mended: to be logged, not to be acted on. */
export interface Fault {
  /** What was being done, such as `publish an event`. */
  doing: string
  error: unknown
}
export type OnFault = (fault: Fault) => void

const soon = { retryStrategy: (times: number) => Math.min(50 * times, 1000), connectTimeout: 2000, keepAlive: 10_000 }

/** For callers who must have an answer: fails at once while the server is away, and after 2 s if it hangs. */
export function connectProducer(url: string, onFault: OnFault): Redis {
  return connect(url, { ...soon, enableOfflineQueue: false, maxRetriesPerRequest: 1, commandTimeout: 2000 }, onFault)
}

/** For loops that can wait: commands are held until the server is back. */
export function connectConsumer(url: string, onFault: OnFault): Redis {
  return connect(url, { ...soon, maxRetriesPerRequest: null }, onFault)
}

/** For subscriptions, which are renewed by hand so that the gap can be told. */
export function connectSubscriber(url: string, onFault: OnFault): Redis {
  return connect(url, { ...soon, maxRetriesPerRequest: null, autoResubscribe: false }, onFault)
}

function connect(url: string, options: RedisOptions, onFault: OnFault): Redis {
  const redis = new Redis(url, options)
  let down = false
  // One report per outage, not one per attempt to connect.
  redis.on('error', error => {
    if (!down) onFault({ doing: 'reach the queue server', error })
    down = true
  })
  redis.on('ready', () => {
    down = false
  })
  return redis
}

/** Resolves when the connection is usable, or rejects when it was closed for good. */
export async function whenReady(redis: Redis): Promise<void> {
  if (redis.status === 'ready') return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const ended = () => reject(new AppError('unavailable', 'the queue connection was closed'))
  redis.once('ready', resolve)
  redis.once('end', ended)
  try {
    await promise
  } finally {
    redis.off('ready', resolve)
    redis.off('end', ended)
  }
}

/** True for errors that only say that the server is away; the connection itself reports those. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return (
    /^(ECONN|EPIPE|ENOENT|ETIMEDOUT|EHOSTUNREACH|EAI_AGAIN|ENOTFOUND)/.test(code) ||
    /connection is closed|ECONNREFUSED|stream isn't writeable|max retries per request|command timed out|loading the dataset/i.test(
      error.message,
    )
  )
}
