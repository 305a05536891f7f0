import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Config, childEnvironment, settings } from '@hearth/config'
import { AppError } from '@hearth/contract'
import { isPortFree } from '@hearth/services'
import { takeLock } from './lock.ts'
import { type LogFile, openLogFile } from './log-file.ts'
import { keepRunning, type Part } from './part.ts'
import { startProgram } from './program.ts'
import { removeRunFile, writeRunFile } from './run-file.ts'
import { runSetup } from './run-setup.ts'
import { startServers } from './servers.ts'

export interface Instance {
  /** For people. */
  url: string
  /** Signs a browser in, once. */
  link: string
  databaseUrl: string
  /** Ends everything in the reverse order of the start; running jobs have the drain grace to finish. */
  stop(): Promise<void>
}

export interface InstanceOptions {
  config: Config
  /** One line for the terminal: what was begun, is ready, ended, runs again. */
  say(line: string): void
}

/** Seconds that a program has to end beyond what it waits for. */
const slack = 10

/** Milliseconds. */
const portPatience = 1500

/** Settings that are for the supervisor alone. */
const ownSettings = ['HEARTH_OWNER_KEY', 'HEARTH_OWNER_KEY_FILE', 'HEARTH_URL', 'HEARTH_KEY']

/** Under which programs on this machine reach it. */
export const localAddress = (config: Config): string =>
  `${config.tls ? 'https' : 'http'}://${nameOf(config.host)}:${config.port}`

function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}

/**
 * Starts everything, each part when what it needs is ready, and keeps it running. If anything fails to start, the rest
 * is ended again.
 * @throws AppError conflict if the data folder or the port is in use; unavailable with the cause otherwise.
 */
export async function startInstance({ config, say }: InstanceOptions): Promise<Instance> {
  const { state } = config.roots
  const release = await takeLock(state, 'start')
  const parts: Part[] = []
  const logs: LogFile[] = []
  const endAll = async () => {
    for (const part of parts.reverse()) await part.stop()
    for (const log of logs) log.close()
    removeRunFile(state)
    release()
  }
  let ended: Promise<void> | undefined
  const stop = () => {
    ended ??= endAll()
    return ended
  }
  try {
    await requirePort(config)
    return { ...(await startParts(config, say, parts, logs)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function startParts(config: Config, say: (line: string) => void, parts: Part[], logs: LogFile[]) {
  const { state } = config.roots
  const pids: Record<string, number> = {}
  let publish: () => void = () => undefined
  const onStart = (name: string, pid: number) => {
    pids[name] = pid
    publish()
  }
  const timed = stopwatch(say)
  const servers = await startServers(config, { say, onStart })
  parts.push(...servers.parts)
  const { databaseUrl, redisUrl } = servers
  timed('database and queue')

  const url = localAddress(config)
  const shown = config.publicUrl ?? url
  const given = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    HEARTH_DATA: config.data,
    // Stripped types are kept: the next start is sooner, and the stripper never gets into memory.
    NODE_COMPILE_CACHE: join(state, 'compiled'),
  }
  const env = childEnvironment(
    Object.keys(settings).filter(name => !ownSettings.includes(name)),
    given,
  )
  const program = (name: string, grace: number) => {
    const log = openLogFile(join(state, 'log', `${name}.log`))
    logs.push(log)
    const script = join(config.repo, 'apps', name, 'src/main.ts')
    return keepRunning({
      name,
      say,
      onStart: pid => onStart(name, pid),
      start: () => startProgram({ name, script, env, log, grace }),
    })
  }
  const setUp = runSetup({
    ...env,
    HEARTH_PUBLIC_URL: shown,
    ...(config.ownerKey === undefined ? {} : { HEARTH_OWNER_KEY: config.ownerKey }),
    ...(config.ownerKeyFile === undefined ? {} : { HEARTH_OWNER_KEY_FILE: config.ownerKeyFile }),
  })
  const programs = [program('api', slack), program('worker', config.drainGrace + slack)]
  const started = await Promise.allSettled(programs)
  for (const result of started) if (result.status === 'fulfilled') parts.push(result.value)
  for (const result of started) if (result.status === 'rejected') throw result.reason
  const { link } = await setUp
  timed('api and worker')

  const startedAt = new Date().toISOString()
  publish = () =>
    writeRunFile(state, {
      pid: process.pid,
      url,
      started_at: startedAt,
      database_url: databaseUrl,
      redis_url: redisUrl,
      pids,
    })
  publish()
  return { url: shown, link, databaseUrl }
}

/** The api of a supervisor that was killed a moment ago may still be about to end. */
async function requirePort(config: Config): Promise<void> {
  const deadline = Date.now() + portPatience
  while (!(await isPortFree(config.port, config.host)) && Date.now() < deadline) await delay(50)
  if (await isPortFree(config.port, config.host)) return
  throw new AppError('conflict', `Port ${config.port} of ${config.host} is in use by another program.`, {
    hint: `End that program, or choose another port: HEARTH_PORT=${config.port + 1} npm start`,
  })
}

function stopwatch(say: (line: string) => void) {
  let began = Date.now()
  return (what: string) => {
    say(`${what}: ready in ${((Date.now() - began) / 1000).toFixed(1)} s`)
    began = Date.now()
  }
}
