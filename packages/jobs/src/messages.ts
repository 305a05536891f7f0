import { AppError, type Priority, priorities } from '@hearth/contract'
import type { JobRow } from '@hearth/store'
import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import { isConnectionError, type OnFault } from './connection.ts'

/** All that a message holds; everything else is in the row. */
export interface Message {
  id: string
  attempt: number
}

type Ticket = Pick<JobRow, 'id' | 'attempt' | 'lane' | 'priority' | 'fairTag'>

/** Where each waiting job's message is. `held`: a worker has it, `holder` being that worker if it lives. */
export type Whereabouts = { state: 'missing' | 'waiting' } | { state: 'held'; holder: string | null }

/** The BullMQ side: one queue per lane, one message per attempt of a job. */
export interface Messages {
  /** Adds the message of each row; one that is there already stays as it is. Throws `unavailable`. */
  add(rows: Ticket[]): Promise<void>
  locate(rows: Ticket[]): Promise<Whereabouts[]>
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

/** Under this key a worker says that it still holds the messages locked by `lockOwner`. */
export function holderKey(prefix: string, lockOwner: string): string {
  return `${prefix}:holder:${lockOwner}`
}

export function openMessages({ redis, prefix, onFault }: { redis: Redis; prefix: string; onFault: OnFault }): Messages {
  const queues = new Map<string, Queue<Message>>()

  /** Made once the server is there: a BullMQ queue whose first handshake fails stays broken. */
  async function queueOf(lane: string): Promise<Queue<Message>> {
    if (redis.status !== 'ready') throw new AppError('unavailable', 'the queue server does not answer')
    const known = queues.get(lane)
    if (known) return known
    const made = new Queue<Message>(laneQueue(lane), {
      connection: redis,
      prefix,
      streams: { events: { maxLen: 100 } },
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    })
    made.on('error', error => {
      if (!isConnectionError(error)) onFault({ doing: 'use the queue', error })
    })
    try {
      await made.waitUntilReady()
    } catch (error) {
      throw unavailable(error)
    }
    // Another call may have been quicker.
    if (!queues.has(lane)) queues.set(lane, made)
    return queues.get(lane) ?? made
  }

  async function addToLane(lane: string, rows: Ticket[]): Promise<void> {
    const queue = await queueOf(lane)
    for (let start = 0; start < rows.length; start += chunk) {
      const batch = rows.slice(start, start + chunk).map(row => ({
        name: lane,
        data: { id: row.id, attempt: row.attempt },
        opts: { jobId: messageId(row), priority: turnNumber(row) },
      }))
      try {
        await queue.addBulk(batch)
      } catch (error) {
        throw unavailable(error)
      }
    }
  }

  return {
    async add(rows) {
      for (const [lane, sameLane] of Map.groupBy(rows, row => row.lane)) await addToLane(lane, sameLane)
    },
    async locate(rows) {
      const found: Whereabouts[] = []
      for (let start = 0; start < rows.length; start += chunk) {
        found.push(...(await locateChunk(redis, prefix, rows.slice(start, start + chunk))))
      }
      return found
    },
    async close() {
      await Promise.all([...queues.values()].map(queue => queue.close()))
    },
  }
}

async function locateChunk(redis: Redis, prefix: string, rows: Ticket[]): Promise<Whereabouts[]> {
  const keys = rows.map(row => `${prefix}:${laneQueue(row.lane)}:${messageId(row)}`)
  try {
    const pipeline = redis.pipeline()
    for (const key of keys) pipeline.exists(key)
    const present = ((await pipeline.exec()) ?? []).map(([error, value]) => {
      if (error) throw error
      return value === 1
    })
    const locks = await redis.mget(keys.map(key => `${key}:lock`))
    const owners = locks.map(token => token?.slice(0, token.lastIndexOf(':')) ?? '')
    const holders = await redis.mget(owners.map(owner => holderKey(prefix, owner)))
    return rows.map((_, index) => {
      if (!present[index]) return { state: 'missing' }
      return locks[index] ? { state: 'held', holder: holders[index] ?? null } : { state: 'waiting' }
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
