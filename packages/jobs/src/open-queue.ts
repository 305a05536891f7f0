import type { Store } from '@hearth/store'
import { openBus } from './bus.ts'
import { connectProducer, type OnFault } from './connection.ts'
import { openMessages } from './messages.ts'
import type { JobQueue } from './queue.ts'
import { repairMessages } from './reconcile.ts'

export interface QueueOptions {
  redisUrl: string
  store: Store
  /** Of every key and channel; two installations may share a server under different ones. */
  prefix?: string
  /** Told of what went wrong behind the scenes. Without it, a process warning is emitted. */
  onFault?: OnFault
}

/** Opens the queue. Needs no server to be up: it connects, and connects again, by itself. */
export function openQueue({ redisUrl, store, prefix = 'hearth', onFault = warn }: QueueOptions): JobQueue {
  const redis = connectProducer(redisUrl, onFault)
  const messages = openMessages({ redis, prefix, onFault })
  const bus = openBus({ redis, redisUrl, prefix, onFault })
  const queue: JobQueue = {
    redisUrl,
    prefix,
    store,
    redis,
    messages,
    bus,
    onFault,
    close: async () => {
      await bus.close()
      await messages.close()
      redis.disconnect()
    },
  }
  // Whatever was accepted while the server was away, or forgotten by it, gets its message now.
  redis.on('ready', () => {
    repairMessages(queue, {}).catch(error => onFault({ doing: 'repair the queue after a reconnect', error }))
  })
  return queue
}

function warn({ doing, error }: { doing: string; error: unknown }): void {
  process.emitWarning(`could not ${doing}: ${error instanceof Error ? error.message : String(error)}`)
}
