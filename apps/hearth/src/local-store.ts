import type { Config } from '@hearth/config'
import { migrate, openStore, type Store } from '@hearth/store'
import { takeLock } from './supervisor/lock.ts'
import { readRunFile } from './supervisor/run-file.ts'
import { startServers } from './supervisor/servers.ts'

/** Works on the database of the data folder: of the running instance, of DATABASE_URL, else started for this alone. */
export async function withStore<T>(config: Config, purpose: string, work: (store: Store) => Promise<T>): Promise<T> {
  const running = await readRunFile(config.roots.state)
  const url = running?.database_url ?? config.databaseUrl
  if (url !== undefined) return useStore(url, work)
  const release = await takeLock(config.roots.state, purpose)
  try {
    // An address for the queue keeps it from being started: nothing here needs it.
    const servers = await startServers({ ...config, redisUrl: 'redis://unused' }, { say: console.error, onStart() {} })
    try {
      return await useStore(servers.databaseUrl, work)
    } finally {
      for (const part of servers.parts) await part.stop()
    }
  } finally {
    release()
  }
}

async function useStore<T>(url: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = openStore({ url, max: 2 })
  try {
    await migrate(store)
    return await work(store)
  } finally {
    await store.close()
  }
}
