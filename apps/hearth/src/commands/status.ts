import { type Config, loadConfig } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { openStore, owners } from '@hearth/store'
import type { Command } from '../command.ts'
import { signInLink } from '../supervisor/first-run.ts'
import { localAddress } from '../supervisor/instance.ts'
import { lockHolder } from '../supervisor/lock.ts'
import { type RunFile, readRunFile } from '../supervisor/run-file.ts'

export const status: Command = {
  name: 'status',
  summary: 'Says what runs on HEARTH_DATA and whether jobs would be taken. Exit code 1 if not.',
  usage: ['status', 'status --link'],
  options: {
    link: { type: 'boolean', description: 'Print a new sign-in link and nothing else.' },
    json: { type: 'boolean', description: 'Print it as JSON.' },
  },
  async run(given) {
    const config = loadConfig()
    const run = await readRunFile(config.roots.state)
    if (given.flag('link')) {
      console.log(await newLink(config, run))
      return 0
    }
    if (!run) {
      const holder = await lockHolder(config.roots.state)
      console.log(holder ? `Process ${holder.pid} is busy with: ${holder.purpose}.` : 'Not running.')
      return 1
    }
    const health = await askHealth(run.url)
    if (given.flag('json')) {
      const { database_url: _database, redis_url: _redis, ...shown } = run
      console.log(JSON.stringify({ ...shown, health }, null, 2))
    } else {
      console.log(`Running at ${config.publicUrl ?? run.url} since ${run.started_at} (process ${run.pid}).`)
      for (const [name, pid] of Object.entries(run.pids)) console.log(`  ${name.padEnd(10)} process ${pid}`)
      console.log(health.ok ? 'It takes jobs.' : `It takes no jobs: ${health.answer}`)
    }
    return health.ok ? 0 : 1
  },
}

async function askHealth(url: string): Promise<{ ok: boolean; answer: string }> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5000) })
    return { ok: response.ok, answer: (await response.text()).trim() }
  } catch (error) {
    return { ok: false, answer: `the api does not answer (${(error as Error).message})` }
  }
}

/** Works without a supervisor too, where the parts run on hosts of their own. */
async function newLink(config: Config, run: RunFile | undefined): Promise<string> {
  const databaseUrl = run?.database_url ?? config.databaseUrl
  if (databaseUrl === undefined) {
    throw new AppError('unavailable', 'Hearth is not running on this data folder.', { hint: 'hearth start' })
  }
  const store = openStore({ url: databaseUrl, max: 1 })
  try {
    const owner = await owners.first(store, { name: 'Owner' })
    return await signInLink(store, owner.id, config.publicUrl ?? localAddress(config))
  } finally {
    await store.close()
  }
}
