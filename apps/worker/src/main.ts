/** The worker: takes jobs, owns devices and memory, and leaves the computing to engine processes. */
import { hostname } from 'node:os'
import { childEnvironment, loadConfig } from '@hearth/config'
import { AppError, type WorkerView } from '@hearth/contract'
import { createFiles } from '@hearth/files'
import { consume, openQueue } from '@hearth/jobs'
import { createLogger } from '@hearth/log'
import { createModels } from '@hearth/models'
import { checkpoints, families, testCheckpoints, testFamilies } from '@hearth/registry/families'
import { keepers as knownKeepers } from '@hearth/registry/keepers'
import { tasks } from '@hearth/registry/tasks'
import { probeDevices, releaseMemory } from '@hearth/runtime'
import { jobs, migrate, newId, openStore } from '@hearth/store'
import { createCameraWatch } from './cameras/watch-camera.ts'
import { describeError } from './describe-error.ts'
import { engineEnvironment } from './engine/environment.ts'
import { Engine } from './engine/host.ts'
import { startHeartbeat } from './heartbeat.ts'
import { createKeepers } from './keepers.ts'
import { createBatchLane } from './lanes/batch.ts'
import { createLiveLane } from './lanes/live.ts'
import { keepLinks } from './link/keep-links.ts'
import { locateReference } from './references.ts'
import { Residents } from './residents.ts'

/** Jobs at the same time that take no device, such as downloads. */
const asideJobs = 4
/** Seconds that an engine has to answer the abort at the end of a drain. */
const answerGrace = 3
/** Milliseconds between two looks for files of attempts that are over. */
const sweepInterval = 600_000

process.title = 'hearth-worker'
// The supervisor is gone: nobody waits for us, and whoever comes next takes the jobs back.
process.on('disconnect', () => process.exit(1))
const config = loadConfig()
const log = createLogger(config, 'worker')
const { databaseUrl, redisUrl } = config
if (!databaseUrl || !redisUrl) {
  throw new AppError('unavailable', 'the worker needs DATABASE_URL and REDIS_URL', {
    hint: 'It is usually started by `hearth start`, which sets them.',
  })
}

const worker = { id: newId(), host: hostname() }
const store = openStore({
  url: databaseUrl,
  onFault: error => log.warn({ reason: error.message }, 'a database connection broke'),
})
const known = config.testFamilies ? [...families, ...testFamilies] : families
const entries = config.testFamilies ? [...checkpoints, ...testCheckpoints] : checkpoints
const files = createFiles(config)
const models = createModels({
  config,
  families: known,
  entries,
  computeDigests: true,
  onFault: ({ model, error }) => log.warn({ model, reason: describeError(error) }, 'no digest could be computed'),
})
// The queue repairs itself from the tables as soon as it is there, so they have to be there before.
const [devices] = await Promise.all([probeDevices(config, childEnvironment([])), migrate(store)])
const queue = openQueue({
  redisUrl,
  store,
  onFault: ({ doing, error }) => log.warn({ reason: describeError(error) }, `could not ${doing}`),
})
for (const { id, usable, reason } of devices) log.info({ device: id, usable, reason }, 'device')

if (config.device !== 'auto' && !devices.some(({ kind, usable }) => kind === config.device && usable)) {
  log.error({ setting: config.device }, 'HEARTH_DEVICE names a device that cannot be used: models run on the CPU')
}

const residents = new Residents({
  devices,
  jobsPerDevice: config.jobsPerDevice,
  livePerDevice: config.livePerDevice,
  idleTimeout: config.idleTimeout * 1000,
  startEngine: checkpoint =>
    new Engine({
      environment: engineEnvironment(config),
      testFamilies: config.testFamilies,
      cancelGrace: config.cancelGrace * 1000,
      onLine: line => log.debug({ model: checkpoint.id, line }, 'engine'),
    }),
  onChange: () => {
    heartbeat.changed()
    links.changed()
  },
})
const view = (): WorkerView => ({
  ...worker,
  pid: process.pid,
  version: config.version,
  seen_at: new Date().toISOString(),
  ...residents.views(),
})
const heartbeat = await startHeartbeat({ store, log, view })

const keepers = createKeepers(knownKeepers, { store, config, log })
const stop = new AbortController()
const live = createLiveLane({
  models,
  families: known,
  residents,
  keepers,
  timeout: config.liveTimeout * 1000,
  log,
})
const links = keepLinks({
  store,
  worker: worker.id,
  lane: live,
  watchCamera: createCameraWatch({
    lane: live,
    locate: (reference, owner) => locateReference({ store, files }, reference, owner),
  }),
  models: () => residents.views().residents.map(({ model }) => model),
  log,
})
const handle = createBatchLane({
  store,
  files,
  models,
  families: known,
  residents,
  keepers,
  log,
  ...worker,
  version: config.version,
  keepsChunks: id => tasks.find(task => task.id === id)?.keepsChunks ?? false,
})
const slots = devices.filter(device => device.usable).length * config.jobsPerDevice
const lanes = [
  { lane: 'batch', concurrency: slots },
  { lane: 'aside', concurrency: asideJobs },
].map(lane => consume(queue, { ...lane, worker, handle, signal: stop.signal, drainGrace: config.drainGrace }))

process.on('SIGTERM', () => drain())
process.on('SIGINT', () => drain())
process.send?.({ type: 'ready' })
log.info({ worker: worker.id, devices: devices.filter(device => device.usable).map(device => device.id) }, 'ready')

releaseMemory()

const sweeping = setInterval(() => void sweep(), sweepInterval)
void sweep()
await Promise.all(lanes)
clearInterval(sweeping)
await links.close()
await residents.close()
await keepers.close()
await heartbeat.stop()
await queue.close()
await store.close()
log.info('stopped')
process.exit(0)

/** No new jobs, no answers at once; the lanes give running ones the grace and abort them. An engine that does not care is ended. */
function drain(): void {
  if (stop.signal.aborted) return
  stop.abort()
  void links.close()
  setTimeout(() => void residents.close(), (config.drainGrace + answerGrace) * 1000).unref()
}

/** Deletes the files of attempts that are over. What it misses is caught by the next round. */
async function sweep(): Promise<void> {
  try {
    await files.sweepStaging(async (id, attempt) => {
      const row = await jobs.get(store, { id })
      return row?.state === 'running' && row.attempt === attempt
    })
  } catch (error) {
    log.warn({ reason: describeError(error) }, 'cannot sweep what earlier attempts left')
  }
}
