import { Worker } from 'bullmq'
import type { Redis } from 'ioredis'
import { connectConsumer, isConnectionError, whenReady } from './connection.ts'
import { holderKey, laneQueue, lock, type Message } from './messages.ts'
import { aborted, pause } from './pause.ts'
import type { JobQueue } from './queue.ts'

export interface LoopOptions {
  worker: { id: string }
  lane: string
  concurrency: number
  /** From here on no new messages. */
  stop: AbortSignal
  /** From here on nothing is held any more, or what is held is given up. */
  ended: AbortSignal
  /** Never rejects while the servers answer; resolving acknowledges the message. */
  process(message: Message): Promise<void>
}

/** Seconds after which a worker's word on whose locks are whose is forgotten. */
const holderTtl = 60

/** BullMQ's own loop, started again if it ever ends by itself. Resolves some time after `ended`. */
export async function runLoop(queue: JobQueue, options: LoopOptions): Promise<void> {
  const { stop } = options
  const redis = connectConsumer(queue.redisUrl, queue.onFault)
  while (!stop.aborted) {
    await Promise.race([whenReady(redis), aborted(stop)])
    if (stop.aborted) break
    await runOnce(queue, redis, options)
    await pause(1000, stop)
  }
  redis.disconnect()
}

async function runOnce(queue: JobQueue, redis: Redis, options: LoopOptions): Promise<void> {
  const { worker, stop, ended } = options
  const consumer = openConsumer(queue, redis, options)
  const over = new AbortController()
  const key = holderKey(queue.prefix, consumer.id)
  // Before the first lock, so that whoever comes after us can tell whose it was.
  await Promise.race([sayHolder(redis, key, worker.id), aborted(stop)])
  void keepHolder(redis, key, worker.id, over.signal)
  const running = consumer.run().catch((error: unknown) => queue.onFault({ doing: 'run the queue loop', error }))
  await Promise.race([running, aborted(stop)])
  if (stop.aborted) {
    await consumer.pause(true)
    await aborted(ended)
  }
  over.abort()
  // What is left are acknowledgements; while the server is away they would wait for ever.
  await Promise.race([consumer.close(), pause(2000)])
}

function openConsumer(queue: JobQueue, redis: Redis, { lane, concurrency, process }: LoopOptions): Worker<Message> {
  const consumer = new Worker<Message>(laneQueue(lane), message => process(message.data), {
    connection: redis,
    prefix: queue.prefix,
    autorun: false,
    concurrency,
    lockDuration: lock.duration,
    lockRenewTime: lock.renewal,
    stalledInterval: 15_000,
    // The row decides how often a job is tried; the message only has to arrive.
    maxStalledCount: 1000,
    runRetryDelay: 1000,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  })
  consumer.on('error', error => {
    // A message that the server forgot or gave to another cannot be acknowledged, and need not be.
    const forgotten = /missing (key|lock) for job|lock mismatch|could not renew lock/i.test(error.message)
    if (!forgotten && !isConnectionError(error)) queue.onFault({ doing: 'take a job from the queue', error })
  })
  return consumer
}

/** Keeps saying whose these locks are. */
async function keepHolder(redis: Redis, key: string, workerId: string, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await pause((holderTtl * 1000) / 4, stop)
    if (!stop.aborted) await sayHolder(redis, key, workerId)
  }
}

async function sayHolder(redis: Redis, key: string, workerId: string): Promise<void> {
  // Fails only when the connection is closed for good; then there are no locks to speak for.
  await redis.set(key, workerId, 'EX', holderTtl).catch(() => undefined)
}
