import { existsSync } from 'node:fs'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startServices } from './services.ts'

test('both servers take connections, survive a kill and are gone after stop', async () => {
  const services = await startServices()
  const before = services.postgres.pid
  expect(new URL(services.databaseUrl).hostname).toBe('127.0.0.1')
  await services.postgres.kill()
  expect(await accepts(services.databaseUrl)).toBe(false)
  await services.postgres.restart()
  expect(await accepts(services.databaseUrl)).toBe(true)
  expect(services.postgres.pid).not.toBe(before)

  expect(await ask(services.redisUrl, 'SET a 1')).toBe('+OK')
  await services.valkey.restart()
  expect(await ask(services.redisUrl, 'GET a')).toBe('$1')
  await services.valkey.wipe()
  expect(await ask(services.redisUrl, 'GET a')).toBe('$-1')

  const pids = [services.postgres.pid, services.valkey.pid]
  await services.stop()
  expect(pids.filter(pid => existsSync(`/proc/${pid}`))).toEqual([])
}, 60_000)

function accepts(url: string): Promise<boolean> {
  const { port } = new URL(url)
  return new Promise(resolve => {
    const socket = connect(Number(port), '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

/** First line of the answer to one command. */
function ask(url: string, command: string): Promise<string | undefined> {
  const { port, password } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(`AUTH ${password}\r\n${command}\r\n`))
    let text = ''
    socket.on('error', reject)
    socket.on('data', chunk => {
      text += chunk
      const lines = text.split('\r\n')
      if (lines.length < 3) return
      socket.destroy()
      resolve(lines[1])
    })
  })
}
