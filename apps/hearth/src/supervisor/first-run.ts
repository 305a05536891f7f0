import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, ConfigError } from '@hearth/config'
import { keys, owners, type Store, scopes, sessions } from '@hearth/store'

/** Of the sign-in link, in seconds. */
const linkLife = 24 * 3600
const keyName = 'owner'

/** The owner's key, for the command line on this machine; readable by the owner of the data folder alone. */
const keyPath = (config: Config) => join(config.roots.state, 'owner-key')

/** The owner's key of this data folder; undefined before the first start. */
export async function readOwnerKey(config: Config): Promise<string | undefined> {
  try {
    return (await readFile(keyPath(config), 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Makes sure that there is an owner with a key that works: the one of the settings, else the one of an earlier start,
 * else a new one.
 * @returns the owner's id.
 */
export async function prepareOwner(config: Config, store: Store): Promise<string> {
  const owner = await owners.first(store, { name: 'Owner' })
  const known = await readOwnerKey(config)
  const given = givenKey(config)
  const all = { owner: owner.id, name: keyName, scopes: [...scopes] }
  if (given !== undefined) {
    await keys.ensure(store, { ...all, secret: given })
    if (given !== known) keep(config, given)
  } else if (known === undefined || !(await keys.authenticate(store, known))) {
    keep(config, (await keys.create(store, all)).secret)
  }
  return owner.id
}

function givenKey(config: Config): string | undefined {
  if (config.ownerKey !== undefined) return config.ownerKey
  if (config.ownerKeyFile === undefined) return undefined
  const key = readFileSync(config.ownerKeyFile, 'utf8').trim()
  if (key.length < 24)
    throw new ConfigError(`HEARTH_OWNER_KEY_FILE: ${config.ownerKeyFile} holds less than 24 characters.`)
  return key
}

function keep(config: Config, secret: string): void {
  const path = keyPath(config)
  writeFileSync(`${path}.new`, `${secret}\n`, { mode: 0o600, flush: true })
  renameSync(`${path}.new`, path)
}

/** An address that signs a browser in, once. */
export async function signInLink(store: Store, owner: string, url: string): Promise<string> {
  const { token } = await sessions.createSignIn(store, { owner, ttlSeconds: linkLife })
  return `${url}/#sign-in=${token}`
}
