import { readFileSync } from 'node:fs'
import { type Config, ConfigError } from '@hearth/config'
import { keys, owners, type Store, scopes, sessions } from '@hearth/store'
import { keepOwnerKey, readOwnerKey } from './owner-key.ts'

/** Of the sign-in link, in seconds. */
const linkLife = 24 * 3600
const keyName = 'owner'

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
    if (given !== known) keepOwnerKey(config, given)
  } else if (known === undefined || !(await keys.authenticate(store, known))) {
    keepOwnerKey(config, (await keys.create(store, all)).secret)
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

/** An address that signs a browser in, once. */
export async function signInLink(store: Store, owner: string, url: string): Promise<string> {
  const { token } = await sessions.createSignIn(store, { owner, ttlSeconds: linkLife })
  return `${url}/#sign-in=${token}`
}
