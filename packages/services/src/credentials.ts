import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, isPortFree } from './ports.ts'

export interface Credentials {
  port: number
  password: string
}

export interface ServiceCredentials {
  postgres: Credentials
  valkey: Credentials
}

/**
 * Ports and passwords of the embedded servers of one data folder, in `<dir>/services.json` (readable by its owner
 * alone). Chosen once and kept; a port that another program has taken meanwhile is chosen anew.
 * Call it only when no server of this folder runs.
 */
export async function readCredentials(dir: string): Promise<ServiceCredentials> {
  const path = join(dir, 'services.json')
  const known = await read(path)
  const settled = { postgres: await settle(known?.postgres), valkey: await settle(known?.valkey) }
  if (JSON.stringify(settled) !== JSON.stringify(known)) {
    await writeFile(`${path}.new`, `${JSON.stringify(settled, null, 2)}\n`, { mode: 0o600, flush: true })
    await rename(`${path}.new`, path)
  }
  return settled
}

async function read(path: string): Promise<ServiceCredentials | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ServiceCredentials
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function settle(known: Credentials | undefined): Promise<Credentials> {
  const password = known?.password ?? randomBytes(24).toString('base64url')
  if (known && (await isPortFree(known.port))) return { port: known.port, password }
  return { port: await freePort(), password }
}
