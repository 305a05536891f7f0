import { connect } from 'node:net'
import type { Config } from '@hearth/config'
import { findServer, isPortFree, postgresVersion, valkeyBinary } from '@hearth/services'
import { openStore, ping } from '@hearth/store'
import { type RunFile, readRunFile } from '../supervisor/run-file.ts'
import { type Finding, fail, note, ok } from './finding.ts'

export async function checkPort(config: Config): Promise<Finding> {
  const where = `${config.port} of ${config.host}`
  if (await readRunFile(config.roots.state)) return ok('port', `${where} is served by this instance`)
  if (await isPortFree(config.port, config.host)) return ok('port', `${where} is free`)
  return fail('port', `${where} is in use by another program`, 'end it, or set HEARTH_PORT to another')
}

export async function checkPostgres(config: Config): Promise<Finding> {
  const run = await readRunFile(config.roots.state)
  const url = config.databaseUrl ?? run?.database_url
  if (url === undefined) {
    try {
      return ok('Postgres', `${await postgresVersion()}, embedded, not running`)
    } catch (error) {
      return fail('Postgres', (error as Error).message, 'run `npm ci`, or set DATABASE_URL')
    }
  }
  const store = openStore({ url, max: 1 })
  try {
    const began = performance.now()
    await ping(store)
    const kind = config.databaseUrl === undefined ? 'embedded' : 'of DATABASE_URL'
    return ok('Postgres', `${kind}, answers in ${(performance.now() - began).toFixed(0)} ms`)
  } catch (error) {
    const remedy = config.databaseUrl === undefined ? logOf(config, 'postgres') : 'check DATABASE_URL and that server'
    return fail('Postgres', (error as Error).message, remedy)
  } finally {
    await store.close()
  }
}

export async function checkQueue(config: Config): Promise<Finding> {
  const run = await readRunFile(config.roots.state)
  const url = config.redisUrl ?? run?.redis_url
  if (url !== undefined) return askQueue(config, url)
  const installed = await findServer()
  if (installed) return ok('queue', `${installed.path} ${installed.version}, not running`)
  try {
    const { version, origin } = await valkeyBinary()
    return ok('queue', `Valkey ${version} (${origin}), not running`)
  } catch (error) {
    return fail('queue', (error as Error).message, 'install valkey, or set REDIS_URL')
  }
}

async function askQueue(config: Config, url: string): Promise<Finding> {
  const began = performance.now()
  const answer = await pong(url)
  if (answer === 'PONG') return ok('queue', `answers in ${(performance.now() - began).toFixed(0)} ms`)
  const remedy = config.redisUrl === undefined ? logOf(config, 'valkey') : 'check REDIS_URL and that server'
  return fail('queue', answer, remedy)
}

/** `PONG`, or what went wrong. */
function pong(address: string): Promise<string> {
  const { hostname, port, username, password, protocol } = new URL(address)
  if (protocol === 'rediss:') return Promise.resolve('PONG')
  const words = [username, password].filter(Boolean).map(decodeURIComponent).join(' ')
  return new Promise(resolve => {
    const socket = connect(Number(port || 6379), hostname, () => {
      socket.write(`${words ? `AUTH ${words}\r\n` : ''}PING\r\n`)
    })
    let text = ''
    socket.setTimeout(3000, () => socket.destroy(new Error('no answer within 3 s')))
    socket.on('error', error => resolve(error.message))
    socket.on('close', () => resolve('the connection was closed'))
    socket.on('data', piece => {
      text += piece
      const refusal = /^-(.*)$/m.exec(text)?.[1]
      if (refusal) resolve(refusal.trim())
      else if (text.includes('+PONG')) resolve('PONG')
      else return
      socket.destroy()
    })
  })
}

export async function checkInstance(config: Config): Promise<Finding> {
  const run: RunFile | undefined = await readRunFile(config.roots.state)
  if (!run) return note('Hearth', 'is not running', 'hearth start')
  try {
    const response = await fetch(`${run.url}/health`, { signal: AbortSignal.timeout(5000) })
    if (response.ok) return ok('Hearth', `runs at ${run.url} and takes jobs`)
    return fail('Hearth', `takes no jobs: ${(await response.text()).trim()}`, logOf(config, 'worker'))
  } catch (error) {
    return fail('Hearth', `does not answer at ${run.url}: ${(error as Error).message}`, logOf(config, 'api'))
  }
}

const logOf = (config: Config, name: string) =>
  `see ${config.roots.state}/${['postgres', 'valkey'].includes(name) ? `${name}.log` : `log/${name}.log`}`
