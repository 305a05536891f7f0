/** The api: every door of Hearth. Keeps nothing but connections; any number of it may run. */
import { join } from 'node:path'
import { loadConfig } from '@hearth/config'
import { toAppError } from '@hearth/contract'
import { createLogger } from '@hearth/log'
import { releaseMemory } from '@hearth/runtime'
import { migrate } from '@hearth/store'
import { isLoopback } from './auth/own-host.ts'
import { createDoorKeeper } from './doors/keep-doors.ts'
import { keepHouse } from './keep-house.ts'
import { openDeps } from './open-deps.ts'
import { startServer } from './server.ts'
import { readStudio } from './studio/read-studio.ts'

process.title = 'hearth-api'
// The supervisor is gone: nobody waits for us.
process.on('disconnect', () => process.exit(1))
const config = loadConfig()
const log = createLogger(config, 'api')

try {
  const doors = createDoorKeeper()
  const deps = { ...openDeps(config, log), doors }
  await migrate(deps.store)
  const endHousekeeping = keepHouse(deps)
  const studio = await readStudio(join(config.repo, 'apps/studio/out'))
  if (studio.size === 0) log.warn('the studio has not been built: only the interfaces are served')
  if (!isLoopback(config.host) && !config.tls && config.publicUrl === undefined) {
    log.warn(
      { host: config.host },
      'listening beyond this machine without TLS: keys and pictures can be read on the way',
    )
  }
  const server = await startServer(deps, { host: config.host, port: config.port, studio })
  await doors.start(deps)
  const stop = async (signal: string) => {
    log.info({ signal }, 'stopping')
    endHousekeeping()
    await doors.close()
    await server.close()
    await deps.close()
    process.exit(0)
  }
  process.once('SIGTERM', signal => void stop(signal))
  process.once('SIGINT', signal => void stop(signal))
  process.send?.({ type: 'ready', url: server.url })
  log.info({ url: server.url }, 'ready')
  releaseMemory()
} catch (thrown) {
  const { message, hint } = toAppError(thrown)
  log.fatal({ error: thrown }, 'cannot start')
  process.stderr.write(`${message}${hint === undefined ? '' : `\n${hint}`}\n`)
  process.exit(1)
}
