import { migrate, openStore, owners, type Store } from '@hearth/store'
import { startServices, type TestServices } from './services.ts'

export interface TestStore {
  services: TestServices
  store: Store
  /** Adds an owner and returns its id. */
  owner(name?: string): Promise<string>
  /** Ends the store and both servers. */
  stop(): Promise<void>
}

/** Real servers with an empty, migrated database. */
export async function startTestStore(): Promise<TestStore> {
  const services = await startServices()
  const store = openStore({ url: services.databaseUrl, onFault: expectFaults })
  await migrate(store)
  return {
    services,
    store,
    owner: async (name = 'somebody') => (await owners.create(store, { name })).id,
    stop: async () => {
      await store.close()
      await services.stop()
    },
  }
}

/** Tests end servers on purpose. */
function expectFaults(): void {}
