import { AppError, type Priority, priorities } from '@hearth/contract'
import type { jobs } from '@hearth/store'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { isConnectionError, type OnFault } from './connection.ts'

/** All that a message holds; everything else is in the row. */
export interface Message {
  id: string
  attempt: number
}

type Ticket = Omit<jobs.Ticket, 'owner'>

/** Where each waiting job's message is. `held`: a worker has it. `stuck`: the worker that had it is gone. */
export type Whereabouts = 'missing' | 'waiting' | 'held' | 'stuck'

/** The BullMQ side: one queue per lane, one message per attempt of a job. */
export interface Messages {
  /** Adds the message of each row; one that is there already stays as it is. Throws `unavailable`. */
  add(rows: Ticket[]): Promise<void>
  /** `dead`: ids of workers that are known to be gone. Throws `unavailable`. */
  locate(rows: Ticket[], dead: string[]): Promise<Whereabouts[]>
  close(): Promise<void>
}

const chunk = 500
/** BullMQ's priorities end at 2^21; each of ours gets a band of 2^19 turns. */
const band = 2 ** 19

export function laneQueue(lane: string): string {
  return `jobs-${lane}`
}

export function messageId({ id, attempt }: Message): string {
  return `${id}-${attempt}`
}

/** A lane's next message is the one with the lowest number; the same number is served first come, first served. */
export function turnNumber({ priority, fairTag }: { priority: Priority; fairTag: number }): number {
  return priorities.indexOf(priority) * band + Math.min(Math.max(fairTag, 1), band - 1)
}

/** Milliseconds that BullMQ's lock on a held message lives, and how often the holder renews it. */
export const lock = { duration: 30_000, renewal: 5_000 }
/** A lock with less than this left has missed several renewals. */
const abandoned = lock.duration - 3 * lock.renewal

/** Under this key is the id of the worker that the locks of `lockOwner` belong to. */
export function holderKey(prefix: string, lockOwner: string): string {
  return `${prefix}:holder:${lockOwner}`
}

export function openMessages({ redis, prefix, onFault }: { redis: Redis; prefix: string; onFault: OnFault }): Messages {
  const queues = new Map<string, Promise<Queue<Message>>>()

  /** Made once the server is there: a BullMQ queue whose first handshake fails stays broken. */
  async function queueOf(lane: string): Promise<Queue<Message>> {
    if (redis.status !== 'ready') throw new AppError('unavailable', 'the queue server does not answer')
    const known = queues.get(lane)
    if (known) return known
    const made = openLane(lane, { redis, prefix, onFault })
    queues.set(lane, made)
    made.catch(() => queues.delete(lane))
    return made
  }

  return {
    async add(rows) {
      for (const [lane, sameLane] of Map.groupBy(rows, row => row.lane)) {
        for (const batch of batches(sameLane)) await addBatch(await queueOf(lane), batch)
      }
    },
    async locate(rows, dead) {
      const found: Whereabouts[] = []
      for (const batch of batches(rows)) found.push(...(await locateBatch(redis, prefix, batch, dead)))
      return found
    },
    async close() {
      const settled = await Promise.allSettled(queues.values())
      await Promise.all(settled.map(queue => (queue.status === 'fulfilled' ? queue.value.close() : undefined)))
    },
  }
}

function* batches(rows: Ticket[]): Generator<Ticket[]> {
  for (let start = 0; start < rows.length; start += chunk) yield rows.slice(start, start + chunk)
}

async function openLane(
  lane: string,
  { redis, prefix, onFault }: { redis: Redis; prefix: string; onFault: OnFault },
): Promise<Queue<Message>> {
  const queue = new Queue<Message>(laneQueue(lane), {
    connection: redis,
    prefix,
    // Nobody reads BullMQ's own events.
    streams: { events: { maxLen: 100 } },
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  })
  queue.on('error', error => {
    if (!isConnectionError(error)) onFault({ doing: 'use the queue', error })
  })
  try {
    await queue.waitUntilReady()
    return queue
  } catch (error) {
    await queue.close()
    throw unavailable(error)
  }
}

async function addBatch(queue: Queue<Message>, rows: Ticket[]): Promise<void> {
  const batch = rows.map(row => ({
    name: row.lane,
    data: { id: row.id, attempt: row.attempt },
    opts: { jobId: messageId(row), priority: turnNumber(row) },
  }))
  try {
    await queue.addBulk(batch)
  } catch (error) {
    throw unavailable(error)
  }
}

async function locateBatch(redis: Redis, prefix: string, rows: Ticket[], dead: string[]): Promise<Whereabouts[]> {
  const keys = rows.map(row => `${prefix}:${laneQueue(row.lane)}:${messageId(row)}`)
  try {
    const pipeline = redis.pipeline()
    for (const key of keys) pipeline.exists(key).get(`${key}:lock`).pttl(`${key}:lock`)
    const answers = ((await pipeline.exec()) ?? []).map(([error, value]) => {
      if (error) throw error
      return value
    })
    const tokens = rows.map((_, index) => String(answers[3 * index + 1] ?? ''))
    const holders = await redis.mget(tokens.map(token => holderKey(prefix, token.slice(0, token.lastIndexOf(':')))))
    return rows.map((_, index) => {
      if (answers[3 * index] !== 1) return 'missing'
      if (tokens[index] === '') return 'waiting'
      const left = Number(answers[3 * index + 2])
      return left < abandoned || dead.includes(holders[index] ?? '') ? 'stuck' : 'held'
    })
  } catch (error) {
    throw unavailable(error)
  }
}

function unavailable(error: unknown): AppError {
  if (error instanceof AppError) return error
  if (!isConnectionError(error)) return new AppError('internal', 'the queue server refused a command', { cause: error })
  return new AppError('unavailable', 'the queue server does not answer', { retryAfter: 2, cause: error })
}
