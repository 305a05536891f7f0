import type { Store } from '@hearth/store'
import type { Redis } from 'ioredis'
import type { Bus } from './bus.ts'
import type { OnFault } from './connection.ts'
import type { Messages } from './messages.ts'

/** The queue of an installation, as one process sees it. */
export interface JobQueue {
  readonly redisUrl: string
  readonly prefix: string
  readonly store: Store
  readonly redis: Redis
  readonly messages: Messages
  readonly bus: Bus
  readonly onFault: OnFault
  /** Ends the connections; consumers must have been stopped before. */
  close(): Promise<void>
}
