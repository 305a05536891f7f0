import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { lockHolder } from './lock.ts'

const content = z.object({
  pid: z.int(),
  url: z.url(),
  started_at: z.iso.datetime(),
  /** With passwords: the file is readable by its owner alone. */
  database_url: z.string(),
  redis_url: z.string(),
  /** By part: postgres, valkey, api, worker. */
  pids: z.record(z.string(), z.int()),
})
/** What is known of a running instance, in `<state>/run.json`. */
export type RunFile = z.infer<typeof content>

const runPath = (state: string) => join(state, 'run.json')

export function writeRunFile(state: string, run: RunFile): void {
  const path = runPath(state)
  writeFileSync(`${path}.new`, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

export function removeRunFile(state: string): void {
  rmSync(runPath(state), { force: true })
}

/** The instance that runs on a data folder; undefined if none does or it is not ready yet. */
export async function readRunFile(state: string): Promise<RunFile | undefined> {
  const holder = await lockHolder(state)
  if (!holder) return undefined
  try {
    const run = content.parse(JSON.parse(await readFile(runPath(state), 'utf8')))
    return run.pid === holder.pid ? run : undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
