import type { Config } from '@hearth/config'
import type { Family, Task } from '@hearth/contract'
import type { PeopleDeps } from '@hearth/faces/people'
import type { Files } from '@hearth/files'
import type { JobQueue } from '@hearth/jobs'
import type { Logger } from '@hearth/log'
import type { Models } from '@hearth/models'
import type { Store } from '@hearth/store'
import type { KeyCache } from './auth/key-cache.ts'
import type { RateLimiter } from './auth/rate-limit.ts'
import type { CameraHub } from './cameras/camera-hub.ts'
import type { DoorKeeper } from './doors/door-keeper.ts'
import type { Hub } from './live/hub.ts'
import type { LiveLane } from './live-lane/live-lane.ts'
import type { WorkerLinks } from './live-lane/worker-links.ts'

/** Everything that a request may need. Made once by `openDeps`. */
export interface ApiDeps {
  readonly config: Config
  readonly log: Logger
  readonly store: Store
  readonly queue: JobQueue
  readonly models: Models
  readonly files: Files
  readonly tasks: readonly Task[]
  readonly families: readonly Family[]
  readonly hub: Hub
  /** Runs that are answered at once. */
  readonly live: LiveLane
  /** Store, keys and live lane, as the functions about people take them. */
  readonly people: PeopleDeps
  /** Streams that workers read by themselves. */
  readonly cameras: CameraHub
  readonly links: WorkerLinks
  readonly limiter: RateLimiter
  readonly keyCache: KeyCache
  /** Of this installation; signs links. */
  readonly secret: string
  readonly doors: DoorKeeper
}
