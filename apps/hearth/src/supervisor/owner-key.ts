import { renameSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '@hearth/config'

type Place = Pick<Config, 'roots'>

/** The owner's key, for the command line on this machine; readable by the owner of the data folder alone. */
const keyPath = (config: Place) => join(config.roots.state, 'owner-key')

/** The owner's key of this data folder; undefined before the first start. */
export async function readOwnerKey(config: Place): Promise<string | undefined> {
  try {
    return (await readFile(keyPath(config), 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export function keepOwnerKey(config: Place, secret: string): void {
  const path = keyPath(config)
  writeFileSync(`${path}.new`, `${secret}\n`, { mode: 0o600, flush: true })
  renameSync(`${path}.new`, path)
}
