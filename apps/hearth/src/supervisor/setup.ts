/**
 * What a start does once: brings the database to this version, makes sure of the owner and makes a sign-in link. A
 * process of its own, so that the supervisor, which runs for months, never loads a database driver.
 */
import { ConfigError, loadConfig } from '@hearth/config'
import { AppError, toAppError } from '@hearth/contract'
import { migrate, openStore } from '@hearth/store'
import { prepareOwner, signInLink } from './first-run.ts'
import type { SetupMessage } from './run-setup.ts'

const tell = (message: SetupMessage) => process.send?.(message)

try {
  tell({ link: await setUp() })
} catch (error) {
  const known = error instanceof ConfigError ? new AppError('invalid-input', error.message) : toAppError(error)
  tell({ error: known.report() })
}
process.disconnect?.()

async function setUp(): Promise<string> {
  const config = loadConfig()
  if (!config.databaseUrl || !config.publicUrl) throw new AppError('internal', 'the supervisor gave no addresses')
  const store = openStore({ url: config.databaseUrl, max: 2 })
  try {
    await migrate(store)
    return await signInLink(store, await prepareOwner(config, store), config.publicUrl)
  } finally {
    await store.close()
  }
}
