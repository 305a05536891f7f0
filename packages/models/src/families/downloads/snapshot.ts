import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, checkpointEntry } from '@hearth/contract'
import { z } from 'zod'
import type { PullConfig } from '../../pull/context.ts'
import type { PullableEntry } from '../../pull/pull.ts'

/** What the engine process is given to pull with: where from, where to, and the catalogue that this server trusts. */
export interface Snapshot {
  config: PullConfig
  entries: PullableEntry[]
}

const name = 'catalogue.json'

const snapshot = z.object({
  config: z.object({
    version: z.string(),
    repo: z.string(),
    roots: z.object({ models: z.string(), state: z.string() }),
    hfEndpoint: z.string(),
    hfToken: z.string().optional(),
    modelscopeEndpoint: z.string(),
    modelscopeToken: z.string().optional(),
    npmRegistry: z.string().optional(),
    pypiIndex: z.string().optional(),
  }),
  entries: z.array(checkpointEntry.extend({ familyId: z.string() })),
})

/** Readable by this user alone: it may hold tokens of hubs. */
export async function writeSnapshot(dir: string, { config, entries }: Snapshot): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const temporary = join(dir, `${name}.${process.pid}`)
  // Only what the schema names is written: the whole configuration has no place here.
  const kept = snapshot.parse({ config, entries })
  await writeFile(temporary, JSON.stringify(kept), { mode: 0o600 })
  await rename(temporary, join(dir, name))
}

/** @throws AppError `unavailable` if there is none that can be used. */
export async function readSnapshot(dir: string): Promise<Snapshot> {
  try {
    const { config, entries } = snapshot.parse(JSON.parse(await readFile(join(dir, name), 'utf8')))
    const { hfToken, modelscopeToken, npmRegistry, pypiIndex, ...rest } = config
    return { config: { ...rest, hfToken, modelscopeToken, npmRegistry, pypiIndex }, entries }
  } catch (cause) {
    throw new AppError('unavailable', `the catalogue in ${dir} cannot be read`, { hint: 'Restart Hearth.', cause })
  }
}
