/** Health check of a container that runs a worker: exits 0 when that worker was heard of lately. */
import { hostname } from 'node:os'
import { loadConfig } from '@hearth/config'
import { openStore, workers } from '@hearth/store'

const { databaseUrl } = loadConfig()
if (databaseUrl === undefined) throw new Error('A worker of its own needs DATABASE_URL.')
const store = openStore({ url: databaseUrl, max: 1 })
const alive = await workers.alive(store, 15)
await store.close()
process.exit(alive.some(worker => worker.host === hostname()) ? 0 : 1)
