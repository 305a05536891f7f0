import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from './ports.ts'
import { startPostgres } from './postgres.ts'
import { commandOf } from './process-table.ts'

let dir: string

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'hearth-postgres-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const password = 'only-for-tests'
const cluster = () => join(dir, 'postgres')
const start = async (port?: number) =>
  startPostgres({ dir: cluster(), port: port ?? (await freePort()), password, durable: false })

test('starts again after its number was given to another process', async () => {
  const first = await start()
  process.kill(first.pid, 'SIGKILL')
  await first.exited
  const file = join(cluster(), 'postmaster.pid')
  const lines = (await readFile(file, 'utf8')).split('\n')
  const other = spawn('sleep', ['60'])
  await writeFile(file, [`${other.pid}`, ...lines.slice(1)].join('\n'))
  const second = await start()
  await second.stop()
  expect(other.exitCode).toBeNull()
  other.kill()
})

test('ends with the process that started it, even by SIGKILL', async () => {
  const port = await freePort()
  const program = `
    import { startPostgres } from ${JSON.stringify(new URL('./postgres.ts', import.meta.url).href)}
    const service = await startPostgres(${JSON.stringify({ dir: cluster(), port, password, durable: false })})
    console.log(service.pid)
    setInterval(() => {}, 1000)`
  const starter = spawn(process.execPath, ['--input-type=module-typescript', '-e', program])
  const pid = await new Promise<number>((resolve, reject) => {
    starter.stdout.once('data', text => resolve(Number(text)))
    starter.stderr.once('data', text => reject(new Error(String(text))))
  })
  expect(await commandOf(pid)).toContain(cluster())
  starter.kill('SIGKILL')
  await gone(pid)
})

test('ends the orphan of an earlier start', async () => {
  const port = await freePort()
  const first = await start(port)
  const second = await start(port)
  await gone(first.pid)
  expect(await commandOf(second.pid)).toContain(cluster())
  await second.stop()
})

test('a port that is taken is named', async () => {
  const first = await start()
  const other = startPostgres({ dir: join(dir, 'other'), port: first.port, password, durable: false })
  await expect(other).rejects.toMatchObject({ code: 'unavailable', hint: expect.stringContaining(`${first.port}`) })
  await first.stop()
})

async function gone(pid: number): Promise<void> {
  while (await commandOf(pid)) await delay(20)
}
