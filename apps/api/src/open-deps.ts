import type { Config } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { openKeyRing } from '@hearth/faces/people'
import { createFiles, readSecret } from '@hearth/files'
import { openQueue } from '@hearth/jobs'
import type { Logger } from '@hearth/log'
import { createModels } from '@hearth/models'
import { checkpoints, families, testCheckpoints, testFamilies } from '@hearth/registry/families'
import { tasks, testTasks } from '@hearth/registry/tasks'
import { openStore } from '@hearth/store'
import { createKeyCache } from './auth/key-cache.ts'
import { createRateLimiter } from './auth/rate-limit.ts'
import { createCameraHub } from './cameras/camera-hub.ts'
import type { ApiDeps } from './deps.ts'
import { noDoors } from './doors/door-keeper.ts'
import { createHub } from './live/hub.ts'
import { createLiveLane } from './live-lane/live-lane.ts'
import { createWorkerLinks } from './live-lane/worker-links.ts'

/** Opens everything that the app stands on. `close` ends the connections. */
export function openDeps(config: Config, log: Logger): ApiDeps & { close(): Promise<void> } {
  const { databaseUrl, redisUrl } = config
  if (!databaseUrl || !redisUrl) {
    throw new AppError('unavailable', 'the api needs DATABASE_URL and REDIS_URL', {
      hint: 'It is usually started by `hearth start`, which sets them.',
    })
  }
  const store = openStore({ url: databaseUrl, onFault: error => log.warn({ error }, 'a database connection broke') })
  const queue = openQueue({
    redisUrl,
    store,
    onFault: ({ doing, error }) => log.warn({ error }, `could not ${doing}`),
  })
  const known = config.testFamilies ? [...families, ...testFamilies] : families
  const entries = config.testFamilies ? [...checkpoints, ...testCheckpoints] : checkpoints
  const hub = createHub(queue)
  const models = createModels({ config, families: known, entries })
  const links = createWorkerLinks(log)
  const live = createLiveLane({ models, links })
  return {
    config,
    log,
    store,
    queue,
    models,
    files: createFiles(config),
    tasks: config.testFamilies ? [...tasks, ...testTasks] : tasks,
    families: known,
    hub,
    live,
    people: { store, keys: openKeyRing(config), live },
    cameras: createCameraHub({ models, links, log }),
    links,
    limiter: createRateLimiter(queue),
    keyCache: createKeyCache(store),
    secret: readSecret(config),
    doors: noDoors,
    async close() {
      hub.close()
      await queue.close()
      await store.close()
    },
  }
}
