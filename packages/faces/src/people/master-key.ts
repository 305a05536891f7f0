import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '@hearth/contract'
import { makeKeyFile } from '@hearth/files'

/** Its name in the state folder. */
export const masterKeyFile = 'master.key'

/** Folder of the keys of people there, which are sealed with it. */
export const keyFolder = 'people-keys'

/** What of the configuration the keys need. */
export interface KeyPlace {
  masterKey?: Buffer | undefined
  roots: { state: string }
}

/**
 * The key that people's keys are sealed with: the setting, else 32 random bytes as hex in `<state>/master.key`, readable
 * by its owner alone. Made on first use; processes that start together agree on the one that was written first.
 */
export function readMasterKey({ masterKey, roots }: KeyPlace): Buffer {
  if (masterKey) return masterKey
  const path = join(roots.state, masterKeyFile)
  if (!existsSync(path)) {
    // A new key would open none of those that are there, and stand in the way of the one that does.
    if (existsSync(join(roots.state, keyFolder))) throw lost(path)
    makeKeyFile(path)
  }
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex')
  if (key.length === 32) return key
  throw new AppError('internal', `${path} does not hold a key: expected 32 bytes as hex`, {
    hint: 'Put the file back as it was: without it nobody that was registered can be recognised.',
  })
}

function lost(path: string): AppError {
  return new AppError('internal', `the master key is gone: ${path} is not there, and HEARTH_MASTER_KEY is not set`, {
    hint: 'Put it back. If it is lost for good, move the folder people-keys away, erase all people and enrol them again.',
  })
}
